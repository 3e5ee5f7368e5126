"""What every page must hold, read from its HTML: run on each page a test fetches. It checks pages, not fragments.

Not a replacement for axe or for looking: it sees what can be seen without a browser.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

from justhtml import Element, JustHTML

SERVICE = "Capacity Tracker"
REFERENCES = (
    "for",
    "aria-describedby",
    "aria-labelledby",
    "aria-controls",
    "data-aria-controls",
    "headers",
    "list",
    "form",
)
SUBRESOURCES = {
    "script": "src",
    "link": "href",
    "img": "src",
    "source": "src",
    "iframe": "src",
    "video": "src",
    "object": "data",
}
UNLABELLED_TYPES = {"hidden", "submit", "button", "reset", "image"}
PHRASING_ONLY = {"p", "span", "label", "button", "strong", "em", "b", "a", *(f"h{n}" for n in range(1, 7))}
BLOCKS = {
    "div",
    "p",
    "ul",
    "ol",
    "dl",
    "form",
    "table",
    "fieldset",
    "section",
    "nav",
    "details",
    *(f"h{n}" for n in range(1, 7)),
}
CHILDREN = {"ul": {"li"}, "ol": {"li"}, "dl": {"div", "dt", "dd"}, "tr": {"th", "td"}}
Problems = Iterator[str]


def lint(html: str, *, url: str) -> list[str]:
    """Return every problem of a page as a sentence, each beginning with its address; empty when there is none."""
    document = JustHTML(html, sanitize=False, collect_errors=True)
    problems = [f"not valid HTML: {error}" for error in document.errors] + _repeated_attributes(html)
    for rule in RULES:
        problems += rule(document)
    return [f"{url}: {problem}" for problem in problems]


def words(node: Element) -> str:
    """The text of an element as a person reads it: without what is hidden from sight and speech alike."""
    return re.sub(r"\s+", " ", "".join(_spoken(node))).strip()


def parents(node: Element) -> Iterator[Element]:
    """The element's parents, nearest first."""
    while (node := node.parent) is not None:
        if isinstance(node, Element):
            yield node


def _spoken(node) -> Iterator[str]:
    for child in getattr(node, "children", ()):
        if child.name == "#text":
            yield child.data
        elif (
            isinstance(child, Element)
            and child.attrs.get("aria-hidden") != "true"
            and child.name not in {"script", "style"}
        ):
            yield from _spoken(child)


def _repeated_attributes(html: str) -> list[str]:
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            found.extend(
                f"<{tag}> says {name} twice" for name, times in Counter(n for n, _ in attrs).items() if times > 1
            )

    Reader().feed(html)
    return found


def _language_and_title(document: JustHTML) -> Problems:
    html = document.query("html")[0]
    if not html.attrs.get("lang", "").startswith("en"):
        yield "<html> has no English lang"
    headings = document.query("h1")
    if len(headings) != 1:
        yield f"{len(headings)} h1 elements, not one"
    titles = document.query("head title")
    title = words(titles[0]).removeprefix("Error: ") if titles else ""
    if not title.endswith(f" - {SERVICE}"):
        yield f"the title does not end with the service's name: {title!r}"
    if headings and not (words(headings[0]) and title.startswith(words(headings[0]))):
        yield f"the title {title!r} does not start with the h1 {words(headings[0])!r}"
    if document.query(".govuk-error-summary") and titles and not words(titles[0]).startswith("Error: "):
        yield 'the page shows errors, its title does not start with "Error: "'


def _headings_descend(document: JustHTML) -> Problems:
    level = 1
    for heading in (node for node in document.query("*") if re.fullmatch(r"h[1-6]", node.name)):
        if int(heading.name[1]) > level + 1:
            yield f"<{heading.name}> {words(heading)!r} skips a level"
        level = int(heading.name[1])


def _labels(document: JustHTML) -> Problems:
    named = {label.attrs.get("for") for label in document.query("label") if words(label)}
    for box in document.query("input, select, textarea"):
        kind = box.attrs.get("type", "text") if box.name == "input" else box.name
        if kind in UNLABELLED_TYPES:
            continue
        inside = any(parent.name == "label" for parent in parents(box))
        if not (
            inside or box.attrs.get("id") in named or box.attrs.get("aria-label") or box.attrs.get("aria-labelledby")
        ):
            yield f"{_tag(box)} has no label"
        if kind == "radio" and not _legend(box):
            yield f"{_tag(box)} stands in no fieldset with a legend"


def _legend(box: Element) -> str:
    group = next((parent for parent in parents(box) if parent.name == "fieldset"), None)
    legend = next((child for child in group.children if child.name == "legend"), None) if group else None
    return words(legend) if legend else ""


def _ids_and_references(document: JustHTML) -> Problems:
    ids = Counter(node.attrs["id"] for node in document.query("[id]"))
    yield from (f"id {name!r} stands {times} times" for name, times in ids.items() if times > 1)
    yield from ("an id is empty or has a space" for name in ids if not name or re.search(r"\s", name))
    for node in document.query("*"):
        for attribute in REFERENCES:
            for target in (node.attrs.get(attribute) or "").split():
                if target not in ids:
                    yield f"{_tag(node)} {attribute} names #{target}, which is not there"
        link = node.attrs.get("href") or ""
        if link.startswith("#") and link[1:] not in ids:
            yield f"{_tag(node)} leads to {link}, which is not there"
        if link == "" and "href" in node.attrs:
            yield f"{_tag(node)} leads nowhere"


def _nothing_inline(document: JustHTML) -> Problems:
    yield from (f"<style> {words(node)[:40]!r} inline" for node in document.query("style"))
    for script in document.query("script"):
        if "src" not in script.attrs and script.attrs.get("type") != "application/json":
            yield "an inline script"
    for node in document.query("*"):
        for name, value in node.attrs.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                yield f"{_tag(node)} has an inline {name}"
            if name in {"href", "src", "action", "formaction"} and (value or "").strip().lower().startswith(
                ("javascript:", "data:")
            ):
                yield f"{_tag(node)} {name} starts with a scheme that the policy forbids"


def _no_third_party(document: JustHTML) -> Problems:
    for tag, attribute in SUBRESOURCES.items():
        for node in document.query(tag):
            if re.match(r"(https?:)?//", node.attrs.get(attribute) or ""):
                yield f"{_tag(node)} loads {node.attrs[attribute]} from elsewhere"


def _names(document: JustHTML) -> Problems:
    yield from (f"{_tag(node)} has no alt" for node in document.query("img") if "alt" not in node.attrs)
    for button in document.query("button"):
        if button.attrs.get("type") not in {"submit", "button"}:
            yield f"button {words(button)!r} has no type"
    for node in document.query("button, a[href]"):
        if not (words(node) or node.attrs.get("aria-label") or node.query("img[alt]")):
            yield f"{_tag(node)} has no words"


def _tables(document: JustHTML) -> Problems:
    for table in document.query("table"):
        if not table.query("caption"):
            yield "a table has no caption"
        yield from (f"th {words(cell)!r} has no scope" for cell in table.query("th") if "scope" not in cell.attrs)


def _nesting(document: JustHTML) -> Problems:
    for node in document.query("*"):
        children = {child.name for child in node.children if isinstance(child, Element)}
        if node.name in PHRASING_ONLY - {"a"} and (wrong := children & BLOCKS):
            yield f"{_tag(node)} holds <{'>, <'.join(sorted(wrong))}>"
        if node.name in CHILDREN and (wrong := children - CHILDREN[node.name] - {"script", "template"}):
            yield f"{_tag(node)} holds <{'>, <'.join(sorted(wrong))}>"
        if node.name in {"a", "button"} and node.query("a, button, input, select, textarea, summary"):
            yield f"{_tag(node)} holds something else to press"
        if node.name == "li" and node.parent.name not in {"ul", "ol"}:
            yield "a <li> stands outside a list"


def _tag(node: Element) -> str:
    shown = " ".join(f'{name}="{node.attrs[name]}"' for name in ("type", "id", "name", "href") if node.attrs.get(name))
    return f"<{node.name}{' ' if shown else ''}{shown}>"


RULES: tuple[Callable[[JustHTML], Problems], ...] = (
    _language_and_title,
    _headings_descend,
    _labels,
    _ids_and_references,
    _nothing_inline,
    _no_third_party,
    _names,
    _tables,
    _nesting,
)
