// What our own pages do beyond the design system's components: menu button, steppers, conditions, old drafts.
import { startConditions } from "./conditions.js";
import { wipeDrafts } from "./drafts.js";

const menu = document.getElementById("menu");
const menuButton = document.getElementById("menu-button");
if (menu && menuButton) {
  menu.classList.add("app-menu--closed");
  menuButton.addEventListener("click", () => {
    const isClosed = menu.classList.toggle("app-menu--closed");
    menuButton.setAttribute("aria-expanded", String(!isClosed));
  });
}

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (!step) return;
  const box = document.getElementById(step.getAttribute("aria-controls"));
  const typed = box.value.replace(/[\s,]/g, "");
  // An empty box counts up from nothing, so that the first press of + says 1; other words are left alone.
  if (!/^\d*$/.test(typed)) return;
  box.value = String(Math.max(0, Number(typed) + Number(step.dataset.step)));
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.dispatchEvent(new Event("change", { bubbles: true }));
});

startConditions(document);
document.addEventListener("htmx:load", (event) => startConditions(event.detail.elt));

// What was typed and not sent goes with whoever typed it, and after a day in any case.
wipeDrafts({ onlyOld: true });
document.addEventListener("submit", (event) => {
  if (event.target.matches("[action='/sign-out']")) wipeDrafts({ onlyOld: false });
});
