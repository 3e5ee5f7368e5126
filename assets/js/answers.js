// The answers in the boxes of a section's form, as a draft keeps them and puts them back. Hidden fields are the page's, not typed.
//
// The day is kept apart: what is one of the first choices today is an earlier day tomorrow.
const DAY_NAMES = ["_day", "_earlier"];
const isTick = (box) => box.type === "radio" || box.type === "checkbox";

const boxesOf = (form) =>
  [...form.elements].filter((box) => box.name && !DAY_NAMES.includes(box.name) && !/^(hidden|submit|button)$/.test(box.type));

function chosenDay(form) {
  const chosen = [...form.elements].find((box) => box.name === "_day" && box.checked);
  if (!chosen) return "";
  return chosen.value === "earlier" ? form.elements._earlier.value : chosen.value;
}

function chooseDay(form, day) {
  const days = [...form.elements].filter((box) => box.name === "_day");
  (days.find((box) => box.value === day) || days[days.length - 1]).checked = true;
  form.elements._earlier.value = day;
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
  [...form.elements].forEach((box) => box.dispatchEvent(new Event("change", { bubbles: true })));
  // The design system's components look again at what they reveal when a page comes back.
  window.dispatchEvent(new Event("pageshow"));
  return fields.every(([name]) => name.startsWith("_") || boxes.some((box) => box.name === name));
}
