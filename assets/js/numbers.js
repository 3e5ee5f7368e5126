// Reading a count as the server reads it: outer spaces and a proper thousands comma, nothing else.
const COUNT = /^(\d{1,3}(,\d{3})+|\d{1,9})$/;

/** The number in a box; null where it is missing, hidden by a condition, blank or not a count. */
export function read(box) {
  if (!box || box.closest("[data-ask-if][hidden]")) return null;
  const typed = box.value.trim();
  return COUNT.test(typed) ? Number(typed.replace(/,/g, "")) : null;
}
