"""A person without a mouse: Tab, Enter, Space and arrows, with the focus watched at every step. Not a fixture file."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page

LONGEST_WAY = 80
_FOCUS = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const label = element.labels?.length ? element.labels[0] : null;
  const seen = (label && element.matches("[type=radio], [type=checkbox]") ? label : element).getBoundingClientRect();
  const drawn = [element, label].filter(Boolean).flatMap((node) => [getComputedStyle(node), getComputedStyle(node, "::before")]);
  return {
    name: (element.getAttribute("aria-label") || (label || element).innerText || "").trim().replace(/\\s+/g, " "),
    kind: element.tagName.toLowerCase() + (element.type ? `:${element.type}` : ""),
    classes: element.className,
    isDrawn: drawn.some((s) => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none"),
    isInSight: seen.width > 1 && seen.height > 1 && seen.bottom > 0 && seen.top < innerHeight && style.visibility !== "hidden",
  };
}"""


@dataclass(frozen=True)
class Focus:
    """What has the focus, and whether a person can see that it has."""

    name: str
    kind: str
    classes: str
    is_drawn: bool
    is_in_sight: bool


@dataclass(frozen=True)
class Keys:
    """The keyboard of one page."""

    page: Page

    @property
    def focus(self) -> Focus:
        """What has the focus; fails where nothing has."""
        found = self.page.evaluate(_FOCUS)
        assert found, f"the focus is lost at {self.page.url}"
        return Focus(found["name"], found["kind"], found["classes"], found["isDrawn"], found["isInSight"])

    def tab_to(self, name: str, *, back: bool = False) -> Focus:
        """Press Tab until something with this name has the focus, watching every stop on the way."""
        passed = []
        for _ in range(LONGEST_WAY):
            self.press("Shift+Tab" if back else "Tab")
            here = self.focus
            assert here.is_drawn and here.is_in_sight, f"nobody can see that this has the focus: {here}"
            if here.name.startswith(name):
                return here
            passed.append(here.name)
        raise AssertionError(f"Tab never came to {name!r}, but passed {passed}")

    def type(self, text: str) -> None:
        """Type into what has the focus, in the place of what stood there, as after Tab."""
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
