// What was typed and not sent yet, kept by the browser: at most 24 hours, gone at sign-out. A browser that refuses
// storage loses drafts and nothing else, so every function here says "no" rather than fail.
const PREFIX = "draft/";
const DAY = 24 * 60 * 60 * 1000;

const isYoung = (draft) => Boolean(draft) && Math.abs(Date.now() - draft.at) < DAY;

/** Keep a draft under a name; false where the browser will not. */
export function keepDraft(name, draft) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(draft));
    return true;
  } catch (refused) {
    return false;
  }
}

/** The draft of a name if it is younger than 24 hours, else null. */
export function findDraft(name) {
  try {
    const draft = JSON.parse(localStorage.getItem(PREFIX + name));
    return isYoung(draft) ? draft : null;
  } catch (refused) {
    return null;
  }
}

/** Forget one draft. */
export function dropDraft(name) {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch (refused) {
    // Nothing was kept.
  }
}

/** Forget every draft, or those of 24 hours and more. */
export function wipeDrafts({ onlyOld }) {
  try {
    Object.keys(localStorage)
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length))
      .filter((name) => !onlyOld || !findDraft(name))
      .forEach(dropDraft);
  } catch (refused) {
    // Nothing was kept.
  }
}
