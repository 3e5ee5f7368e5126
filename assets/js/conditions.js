// Shows and hides questions as the answers they hang on change. The server decides again on save; this only spares
// people questions they need not answer. A condition it cannot read leaves its question in sight.
//
// data-ask-if holds JSON, built from the section's rule; names are names of boxes:
//   ["=", name, value]  ["!=", name, value]  ["<", name, number]  ["<="…]  [">"…]  [">="…]  ["in", name, [values]]
//   ["has", name, value] (a box ticked among several)  ["and", …]  ["or", …]  ["not", condition]  true  false
// A blank answer makes a comparison unknown (null), as on the server: unknown is not asked.

const compare = {
  "=": (a, b) => (typeof b === "number" ? number(a) === b : a === b),
  "!=": (a, b) => !compare["="](a, b),
  "<": (a, b) => number(a) < b,
  "<=": (a, b) => number(a) <= b,
  ">": (a, b) => number(a) > b,
  ">=": (a, b) => number(a) >= b,
  in: (a, b) => b.includes(a),
};

const number = (typed) => Number(typed.replace(/[\s,£%]/g, ""));

/** What is answered under a name, as a list; nothing from a question that is not asked. */
function answers(form, name) {
  return [...form.elements]
    .filter((box) => box.name === name && !box.closest("[data-ask-if][hidden]"))
    .filter((box) => !/^(radio|checkbox)$/.test(box.type) || box.checked)
    .map((box) => box.value.trim())
    .filter((value) => value !== "");
}

function holds(form, condition) {
  if (typeof condition === "boolean") return condition;
  const [operator, ...rest] = condition;
  if (operator === "not") {
    const inner = holds(form, rest[0]);
    return inner === null ? null : !inner;
  }
  if (operator === "and" || operator === "or") {
    const parts = rest.map((part) => holds(form, part));
    const decisive = operator === "or";
    if (parts.includes(decisive)) return decisive;
    return parts.includes(null) ? null : !decisive;
  }
  const given = answers(form, rest[0]);
  if (operator === "has") return given.includes(rest[1]);
  if (!compare[operator]) throw new Error(`unknown condition: ${operator}`);
  return given.length ? compare[operator](given[0], rest[1]) : null;
}

function refresh(form) {
  const questions = [...form.querySelectorAll("[data-ask-if]")];
  // One answer may hide the question that another hangs on: go round until nothing moves, at most once a question.
  for (let round = 0; round <= questions.length; round += 1) {
    let moved = false;
    questions.forEach((question) => {
      const isHidden = holds(form, JSON.parse(question.dataset.askIf)) !== true;
      moved = moved || isHidden !== question.hidden;
      question.hidden = isHidden;
    });
    if (!moved) return;
  }
}

/** Bring every question in a part of the page into line with its condition. */
export function startConditions(scope) {
  scope.querySelectorAll("[data-ask-if]").forEach((question) => {
    try {
      holds(question.closest("form"), JSON.parse(question.dataset.askIf));
      question.classList.add("app-ask-if--live");
    } catch (error) {
      delete question.dataset.askIf;
    }
  });
  scope.querySelectorAll("form").forEach(refresh);
}

document.addEventListener("input", (event) => event.target.form && refresh(event.target.form));
document.addEventListener("change", (event) => event.target.form && refresh(event.target.form));
