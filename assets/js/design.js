// The scripts of the components we use. A browser that cannot read this file
// (older than ES2020) never gets the two classes below and keeps the plain forms.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  Radios,
  SkipLink,
  createAll,
} from "govuk-frontend";

const supported = "noModule" in HTMLScriptElement.prototype ? " govuk-frontend-supported" : "";
document.body.className += ` js-enabled${supported}`;

const components = [Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner, Radios, SkipLink];

/** Start the components inside one part of the page. */
function start(scope) {
  components.forEach((component) => createAll(component, undefined, scope));
}

start(document);
// A part that htmx put in is new to the components, whose start marks each element it has taken.
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
