// The end of the session: two minutes before, a box beside what is being typed; then what became of it.
// Times are the server's, counted from when the page was made: a phone's own clock may be wrong.
import { keep } from "./sending.js";
import { clockTime, notice } from "./notices.js";

const WARN_BEFORE = 120000;
const LOOK_EVERY = 2000;
const page = () => document.getElementById("section-form");

let endsAt;
let box;
let typingIn;
let isOver = false;

function start() {
  const form = page();
  if (!form || !form.dataset.endsAt) return;
  endsAt = Date.now() + Date.parse(form.dataset.endsAt) - Date.parse(form.dataset.now);
  box?.remove();
  box = null;
  isOver = false;
}

function tell(lines, actions) {
  const form = page();
  const fresh = notice(lines, actions, "Your session");
  fresh.setAttribute("role", "alert");
  // Under the question being answered: nothing that is being typed in moves, and it is in sight.
  if (!box) typingIn = document.activeElement;
  const place = box || document.activeElement.closest("#section-form > .govuk-form-group, #section-form > fieldset");
  if (box) box.replaceWith(fresh);
  else if (place) place.after(fresh);
  else form.before(fresh);
  box = fresh;
}

async function stay() {
  const before = endsAt;
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("section-form");
    if (!fresh) {
      over();
      return;
    }
    Object.assign(page().dataset, { endsAt: fresh.dataset.endsAt, now: fresh.dataset.now });
  } catch (dropped) {
    tell(["No connection."], [["Stay signed in", stay]]);
    return;
  }
  start();
  if (endsAt - Date.now() > WARN_BEFORE) {
    typingIn.focus({ preventScroll: true });
  } else if (endsAt - before < WARN_BEFORE) {
    tell([`You will be signed out at ${clockTime(Date.parse(page().dataset.endsAt))}. You cannot stay signed in longer: save now.`], []);
  }
}

function over() {
  isOver = true;
  keep(page());
  tell(["You were signed out. What you typed has been kept.", "When you save, you sign in again and then send it."], []);
}

setInterval(() => {
  if (!page() || isOver || endsAt === undefined) return;
  const left = endsAt - Date.now();
  if (left <= 0) over();
  else if (left <= WARN_BEFORE && !box) {
    tell([`You will be signed out at ${clockTime(Date.parse(page().dataset.endsAt))}.`], [["Stay signed in", stay]]);
  }
}, LOOK_EVERY);

start();
document.addEventListener("htmx:load", start);
