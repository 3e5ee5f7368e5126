// Running sums: one second after the last key the line says again how much is placed. It fills in no number by itself.
//
// data-sum holds JSON: parts (names of boxes), whole (a name), and a sentence each for exact, under, over, with the places
// {right} {left_over} {too_many} and {plural(place, 'one', 'many')}.
import { read } from "./numbers.js";

const AFTER = 1000;

function fill(sentence, values) {
  return sentence
    .replace(/\{plural\((\w+), *'([^']*)', *'([^']*)'\)\}/g, (_, name, one, many) => (values[name] === 1 ? one : many))
    .replace(/\{(\w+)\}/g, (place, name) => (name in values ? values[name].toLocaleString("en-GB") : place));
}

function say(line) {
  const sum = JSON.parse(line.dataset.sum);
  const boxes = line.closest("form").elements;
  const whole = read(boxes[sum.whole]);
  const parts = sum.parts.map((name) => read(boxes[name]));
  const isTyped = whole !== null && !parts.includes(null);
  const left = isTyped ? whole - parts.reduce((total, part) => total + part, 0) : 0;
  const sentence = left === 0 ? sum.exact : left > 0 ? sum.under : sum.over;
  const text = isTyped ? fill(sentence, { right: whole, left_over: left, too_many: -left }) : "";
  if (line.textContent !== text) line.textContent = text;
  line.classList.toggle("app-sum--exact", isTyped && left === 0);
  line.classList.toggle("app-sum--off", isTyped && left !== 0);
}

let timer;
document.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(() => document.querySelectorAll("[data-sum]").forEach(say), AFTER);
});
