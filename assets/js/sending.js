// Saving: once, with what was typed kept until the server has it. The form is posted by this script so that a dropped line
// leaves the page as it is; an answer this script does not expect (signed out, server busy) makes it post plainly, and the
// page that comes back takes over. The form's key and answers make any of this the same save on the server.
import { typedIn, typeInto } from "./answers.js";
import { dropDraft, findDraft, keepDraft } from "./drafts.js";
import { moment, notice } from "./notices.js";

const GIVE_UP_AFTER = 20000;
const page = () => document.getElementById("section-form");
const draftName = (form) => form.dataset.draft && `${form.dataset.user}/${form.dataset.draft}`;

let isSending = false;

/** Keep what stands in the form; false where it cannot be kept. */
export function keep(form, more = {}) {
  const name = draftName(form);
  const { _version: version, _form_key: key } = form.elements;
  return Boolean(name) && keepDraft(name, { at: Date.now(), version: version.value, key: key.value, ...typedIn(form), ...more });
}

function say(form, text) {
  form.querySelector("[data-sending]").textContent = text;
}

function lost(form, act) {
  const kept = keep(form);
  const line = kept ? "Saved on this phone, not sent yet." : "Not sent yet. Keep this page open.";
  const box = notice([`No connection. ${line}`], [["Send again", () => send(form, act)]], "Not sent");
  box.id = "not-sent";
  say(form, "");
  form.append(box);
  box.focus();
}

function postPlainly(form, act) {
  keep(form, { isHandedOn: true });
  const button = document.createElement("input");
  Object.assign(button, { type: "hidden", name: "_do", value: act });
  form.append(button);
  HTMLFormElement.prototype.submit.call(form);
}

/** Put the page that came back in the place of this one. */
function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const body = fresh.querySelector(".app-body");
  document.title = fresh.title;
  document.querySelector(".app-body").replaceWith(body);
  window.scrollTo(0, 0);
  const main = body.querySelector("main");
  main.tabIndex = -1;
  main.focus();
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: body } }));
}

async function send(form, act) {
  if (isSending) return;
  isSending = true;
  document.getElementById("not-sent")?.remove();
  say(form, "Saving…");
  const body = new URLSearchParams(new FormData(form));
  body.set("_do", act);
  const waiting = new AbortController();
  const timer = setTimeout(() => waiting.abort(), GIVE_UP_AFTER);
  try {
    const headers = { "HX-Request": "true", "HX-Current-URL": location.href };
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, headers, signal: waiting.signal });
    const html = await answer.text();
    const there = answer.headers.get("HX-Redirect");
    if (answer.status === 204 && there) {
      dropDraft(draftName(form));
      location.assign(there);
      return;
    }
    if (![200, 409, 422].includes(answer.status)) {
      postPlainly(form, act);
      return;
    }
    show(html);
    // What differs is settled on the page that came back: once it is saved, the version will have moved on from there.
    const version = document.querySelector("main [name=_version]");
    if (answer.status === 409 && version) keep(form, { isHandedOn: true, version: version.value });
  } catch (dropped) {
    lost(form, act);
  } finally {
    clearTimeout(timer);
  }
  isSending = false;
}

function use(form, draft, box) {
  const isWhole = typeInto(form, draft);
  // The same answers under the same key are the same save, should the server have had them after all.
  form.elements._form_key.value = draft.key;
  const lines = ["What you typed is in the page again. It is not saved yet."];
  if (!isWhole) lines.push("Some of it has no place on this page any more. Check the page before you save.");
  const said = notice(lines, [], "Unsent answers");
  box.replaceWith(said);
  said.focus();
}

function throwAway(name, box) {
  dropDraft(name);
  const said = notice(["Thrown away."], [], "Unsent answers");
  box.replaceWith(said);
  said.focus();
}

/** Offer what was typed before and not sent; it is never put in without being asked for. */
function offer(form) {
  const name = draftName(form);
  const draft = name && findDraft(name);
  if (!draft) return;
  const isMoved = draft.version !== form.elements._version.value;
  const { fields, day } = typedIn(form);
  const isSame = JSON.stringify([draft.fields, draft.day]) === JSON.stringify([fields, day]);
  if (isSame || (draft.isHandedOn && isMoved)) {
    dropDraft(name);
    return;
  }
  const lines = [`You typed answers here ${moment(draft.at)} that were not sent.`];
  if (isMoved) lines.push("Since then these answers have been saved again, by you or someone else. Check each one.");
  const box = notice(
    lines,
    [
      ["Use them", () => use(form, draft, box)],
      ["Throw them away", () => throwAway(name, box)],
    ],
    "Unsent answers",
  );
  form.before(box);
}

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form === page()) keep(form);
});

document.addEventListener("change", (event) => {
  if (event.isTrusted && event.target.form && event.target.form === page()) keep(event.target.form);
});

document.addEventListener("submit", (event) => {
  if (event.target !== page()) return;
  event.preventDefault();
  send(event.target, event.submitter?.value || "save");
});

// A page that the browser brings back from memory is not sending any more.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) isSending = false;
});

offer(page());
