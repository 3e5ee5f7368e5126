// Shortcut buttons of a row, such as "Someone moved in": one fewer here, one more there, nothing saved.
// data-move is the value the button would post: move:<shortcut>:<row>:<take>:<give>.
import { read } from "./numbers.js";

const name = (box) => {
  const words = box.labels[0].textContent.trim();
  return words.charAt(0).toLowerCase() + words.slice(1);
};

function move(from, to) {
  const [taken, given] = [read(from), read(to)];
  if (taken === null || given === null) return `Nothing moved. Enter ${name(taken === null ? from : to)} first.`;
  if (taken === 0) return `Nothing moved: ${name(from)} is 0.`;
  from.value = String(taken - 1);
  to.value = String(given + 1);
  [from, to].forEach((box) => box.dispatchEvent(new Event("input", { bubbles: true })));
  return `Moved 1: ${name(from)} is ${taken - 1}, ${name(to)} is ${given + 1}. Not saved yet.`;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (!button) return;
  const [, , row, take, give] = button.dataset.move.split(":");
  const [from, to] = [take, give].map((column) => button.form.elements[`${column}__${row}`]);
  const said = button.closest("fieldset").querySelector("[data-moved]");
  if (!from || !to || !said) return;
  event.preventDefault();
  said.textContent = move(from, to);
});
