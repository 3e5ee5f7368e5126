// Boxes that a script puts into the page: a sentence or two and what can be done about it.

/** A box of paragraphs and buttons ([text, what it does]); it can take the focus. */
export function notice(lines, actions, label) {
  const box = document.createElement("div");
  box.className = "app-notice";
  box.tabIndex = -1;
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  lines.forEach((line) => {
    const p = document.createElement("p");
    p.className = "govuk-body";
    p.textContent = line;
    box.append(p);
  });
  if (!actions.length) return box;
  const group = document.createElement("div");
  group.className = "app-actions";
  actions.forEach(([text, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-button--secondary";
    button.textContent = text;
    button.addEventListener("click", act);
    group.append(button);
  });
  box.append(group);
  return box;
}

/** A moment as people say it, in London: "today at 9:12am", "yesterday at 3:40pm". */
export function moment(at) {
  const london = (time, form) => new Date(time).toLocaleString("en-GB", { timeZone: "Europe/London", ...form });
  const day = (time) => london(time, { dateStyle: "short" });
  const word = day(at) === day(Date.now()) ? "today" : "yesterday";
  return `${word} at ${clockTime(at)}`;
}

/** A time of day in London: "10:42am". */
export function clockTime(at) {
  const words = { timeZone: "Europe/London", hour: "numeric", minute: "2-digit", hourCycle: "h12" };
  return new Date(at).toLocaleTimeString("en-GB", words).replace(/\s/g, "").toLowerCase();
}
