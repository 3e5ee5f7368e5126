// A search box over a very long list of tick boxes. What is ticked stays in sight whatever is searched for.
const AFTER = 1000;

function add(list) {
  const rows = [...list.querySelectorAll(".govuk-checkboxes__item")];
  const boxes = list.querySelector(".govuk-checkboxes");
  const id = `${rows[0].querySelector("input").id}-search`;
  const search = document.createElement("div");
  search.className = "app-long__search";
  search.innerHTML = `<label class="govuk-label" for="${id}">Search this list</label>
    <input class="govuk-input" id="${id}" type="search" autocomplete="off"><p class="app-long__count" role="status"></p>`;
  boxes.before(search);
  const [box, count] = [search.querySelector("input"), search.querySelector("p")];
  let timer;
  box.addEventListener("input", (event) => {
    event.stopPropagation();
    const words = box.value.trim().toLowerCase();
    const shown = rows.filter((row) => {
      const isFound = row.textContent.toLowerCase().includes(words);
      row.hidden = !isFound && !row.querySelector("input").checked;
      return isFound;
    });
    clearTimeout(timer);
    timer = setTimeout(() => (count.textContent = words ? `${shown.length} found` : ""), AFTER);
  });
  // Enter would save the whole page.
  box.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

const start = (scope) => scope.querySelectorAll("[data-long]").forEach(add);
start(document);
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
