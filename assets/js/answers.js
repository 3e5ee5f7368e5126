// The answers in the boxes of a section's form, as a draft keeps them and puts them back. Hidden fields are the page's, not typed.
//
// A day is kept as a date: "today" means another day tomorrow.
const DAY = 24 * 60 * 60 * 1000;
const DAY_NAMES = ["_day", "_earlier"];
const isTick = (box) => box.type === "radio" || box.type === "checkbox";

const boxesOf = (form) =>
  [...form.elements].filter((box) => box.name && !DAY_NAMES.includes(box.name) && !/^(hidden|submit|button)$/.test(box.type));

const yesterdayOf = (form) => new Date(Date.parse(form.dataset.today) - DAY).toISOString().slice(0, 10);

function chosenDay(form) {
  const chosen = [...form.elements].find((box) => box.name === "_day" && box.checked);
  if (!chosen) return "";
  return { today: form.dataset.today, yesterday: yesterdayOf(form) }[chosen.value] || form.elements._earlier.value;
}

function chooseDay(form, day) {
  const word = { [form.dataset.today]: "today", [yesterdayOf(form)]: "yesterday" }[day] || "earlier";
  form.elements._day.value = word;
  if (word === "earlier") form.elements._earlier.value = day;
}

/** What stands in the boxes: [name, value] pairs, and the day they are for. */
export function typedIn(form) {
  const fields = boxesOf(form)
    .filter((box) => !isTick(box) || box.checked)
    .map((box) => [box.name, box.value]);
  return { fields, day: chosenDay(form) };
}

/** Put answers back into the boxes; false when some of them have no box here. */
export function typeInto(form, { fields, day }) {
  const boxes = boxesOf(form);
  const values = {};
  fields.forEach(([name, value]) => (values[name] = [...(values[name] || []), value]));
  boxes.forEach((box) => {
    const kept = values[box.name];
    if (isTick(box)) box.checked = kept ? kept.includes(box.value) : box.checked && box.name.startsWith("_");
    else if (kept) box.value = kept[0];
  });
  if (day && form.elements._day) chooseDay(form, day);
  boxes.forEach((box) => box.dispatchEvent(new Event("change", { bubbles: true })));
  // The design system's components look again at what they reveal when a page comes back.
  window.dispatchEvent(new Event("pageshow"));
  return fields.every(([name]) => name.startsWith("_") || boxes.some((box) => box.name === name));
}
