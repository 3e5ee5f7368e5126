"""A page as a person meets it: read it, follow a link, fill in a form, press a button. Every page read is linted.

    page = Page.get(client, "/locations/1-100000001/vacancies")
    saved = page.form("Save and continue").fill("Free now", "1", within="Dementia nursing").press("Save and continue")
    assert saved.banner == "Saved today at 9:12am"

It speaks to a Flask test client; what only a browser can show (scripts, layout) belongs in the journeys.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin, urlsplit

from justhtml import Element, JustHTML
from werkzeug.datastructures import MultiDict

from tests.lint import lint, parents, words

__all__ = ["Form", "Page", "lint"]
MOVED = {301, 302, 303, 307, 308}
LONGEST_WAY = 5


class Page:
    """One answer of the service, parsed."""

    def __init__(self, html: str, *, url: str = "/", status: int = 200, client=None):
        problems = lint(html, url=url)
        assert not problems, "\n".join(problems)
        self.html, self.url, self.status, self.client = html, url, status, client
        self.document = JustHTML(html, sanitize=False)

    @classmethod
    def get(cls, client, url: str, *, headers: dict | None = None) -> Page:
        """Open an address and follow where it leads."""
        return cls._arrive(client, client.get(url, headers=headers), url)

    @classmethod
    def _arrive(cls, client, response, url: str) -> Page:
        for _ in range(LONGEST_WAY):
            if response.status_code not in MOVED:
                return cls(response.get_data(as_text=True), url=url, status=response.status_code, client=client)
            there = urlsplit(urljoin(url, response.headers["Location"]))
            url = there.path + (f"?{there.query}" if there.query else "")
            response = client.get(url)
        raise AssertionError(f"more than {LONGEST_WAY} redirects on the way to {url}")

    @property
    def title(self) -> str:
        return words(self.document.query("title")[0])

    @property
    def h1(self) -> str:
        return words(self.document.query("h1")[0])

    @property
    def text(self) -> str:
        """Everything under <main>, as one line; with the banner, which stands before it."""
        return " ".join(filter(None, [self.banner, words(self.document.query("main")[0])]))

    @property
    def banner(self) -> str:
        """The words of the banner without its heading, or ""."""
        found = self.document.query(".govuk-notification-banner__content")
        return words(found[0]) if found else ""

    @property
    def errors(self) -> list[str]:
        """The sentences of the error summary, in order."""
        return [words(item) for item in self.document.query(".govuk-error-summary__list li")]

    def error_at(self, label: str, *, within: str = "") -> str:
        """The sentence at one field, found by its label or legend, or ""."""
        box = _field(self.document, label, within)
        described = [box, *parents(box)]
        ids = next(
            (n.attrs["aria-describedby"] for n in described if "-error" in n.attrs.get("aria-describedby", "")), ""
        )
        sentences = [words(self.document.query(f'[id="{name}"]')[0]) for name in ids.split() if name.endswith("-error")]
        return sentences[0].removeprefix("Error:").strip() if sentences else ""

    @property
    def links(self) -> dict[str, str]:
        """Every link of the page: its words and its address; the first of equal words counts."""
        found: dict[str, str] = {}
        for link in self.document.query("a[href]"):
            found.setdefault(words(link), link.attrs["href"])
        return found

    def follow(self, text: str) -> Page:
        """Press the link with these words."""
        link = _one_named(text, [(words(node), node) for node in self.document.query("a[href]")], "link")
        return Page.get(self.client, urljoin(self.url, link.attrs["href"]))

    def form(self, button: str, *, under: str = "") -> Form:
        """The form that this button sends; `under` is the heading of the card it stands in, where there are several."""
        buttons = [(words(node), node) for node in self.document.query("form button") if _stands_under(node, under)]
        node = _one_named(button, buttons, "button")
        return Form(self, next(parent for parent in parents(node) if parent.name == "form"))

    def press(self, button: str, *, under: str = "") -> Page:
        """Send the button's form as it stands."""
        return self.form(button, under=under).press(button)

    def table(self, caption: str) -> list[dict[str, str]]:
        """The rows of a table, each by the words of its column heads."""
        node = _one_named(caption, [(words(c), c.parent) for c in self.document.query("table caption")], "table")
        head = [words(cell) for cell in node.query("thead th")]
        return [dict(zip(head, map(words, row.query("th, td")), strict=True)) for row in node.query("tbody tr")]


class Form:
    """One form with what a person has put in so far."""

    def __init__(self, page: Page, node: Element):
        self.page, self.node = page, node
        self.values = _as_served(node)

    def fill(self, label: str, text: str, *, within: str = "") -> Form:
        """Type into the box with this label; `within` is the legend of a fieldset around it."""
        box = _field(self.node, label, within)
        assert box.attrs.get("type") not in {"radio", "checkbox", "hidden"}, f"{label!r} is not a box to type in"
        if box.name == "select":
            options = [(words(option), option) for option in box.query("option")]
            text = _one_named(text, options, "option").attrs["value"]
        self.values.setlist(box.attrs["name"], [text])
        return self

    def choose(self, legend: str, option: str, *, within: str = "") -> Form:
        """Choose one radio of the group with this legend."""
        radio = self._option("radio", legend, option, within)
        self.values.setlist(radio.attrs["name"], [radio.attrs["value"]])
        return self

    def tick(self, legend: str, *options: str, within: str = "") -> Form:
        """Leave exactly these boxes of the group ticked."""
        boxes = [self._option("checkbox", legend, option, within) for option in options]
        group = boxes or self._group("checkbox", legend, within)
        assert group, f"no boxes to tick under {legend!r}"
        self.values.setlist(group[0].attrs["name"], [box.attrs["value"] for box in boxes])
        return self

    def value(self, label: str, *, within: str = "") -> str:
        """What stands in the box with this label."""
        return self.values.get(_field(self.node, label, within).attrs["name"], "")

    def chosen(self, legend: str, *, within: str = "") -> list[str]:
        """The words of what is chosen in a group, in page order."""
        group = [*self._group("radio", legend, within), *self._group("checkbox", legend, within)]
        assert group, f"no group {legend!r}"
        return [
            _label_of(self.page.document, box)
            for box in group
            if box.attrs["value"] in self.values.getlist(box.attrs["name"])
        ]

    def press(self, button: str) -> Page:
        """Send the form with one of its buttons and follow where the answer leads."""
        node = _one_named(button, [(words(item), item) for item in self.node.query("button")], "button")
        assert node.attrs["type"] == "submit", f"{button!r} sends nothing"
        values = MultiDict(self.values)
        if node.attrs.get("name"):
            values.add(node.attrs["name"], node.attrs.get("value", ""))
        url = urljoin(self.page.url, node.attrs.get("formaction") or self.node.attrs.get("action") or self.page.url)
        client = self.page.client
        if self.node.attrs.get("method", "get").lower() == "get":
            return Page._arrive(client, client.get(url, query_string=values), url)
        return Page._arrive(client, client.post(url, data=values), url)

    def _option(self, kind: str, legend: str, option: str, within: str) -> Element:
        group = self._group(kind, legend, within)
        return _one_named(option, [(_label_of(self.page.document, box), box) for box in group], f"answer to {legend!r}")

    def _group(self, kind: str, legend: str, within: str) -> list[Element]:
        boxes = [box for box in self.node.query(f'input[type="{kind}"]') if _stands_within(box, within)]
        exact = [box for box in boxes if legend in _legends(box)]
        return exact or [box for box in boxes if any(words_.startswith(legend) for words_ in _legends(box))]


def _as_served(form: Element) -> MultiDict:
    values: MultiDict = MultiDict()
    for box in form.query("input, select, textarea"):
        name, kind = box.attrs.get("name"), box.attrs.get("type", "text")
        if not name or "disabled" in box.attrs or kind in {"submit", "button", "file"}:
            continue
        if kind in {"radio", "checkbox"}:
            if "checked" in box.attrs:
                values.add(name, box.attrs.get("value", "on"))
        elif box.name == "select":
            options = box.query("option")
            values.add(name, next((o for o in options if "selected" in o.attrs), options[0]).attrs["value"])
        elif box.name == "textarea":
            values.add(name, "".join(child.data for child in box.children))
        else:
            values.add(name, box.attrs.get("value") or "")
    return values


def _field(root: Element | JustHTML, label: str, within: str) -> Element:
    named = []
    for node in root.query("label"):
        boxes = [box for box in root.query("input, select, textarea") if box.attrs.get("id") == node.attrs.get("for")]
        named += [(words(node), box) for box in boxes if _stands_within(box, within)]
    groups = [
        (legend, box)
        for box in root.query("input")
        for legend in _legends(box)[:1]
        if box.attrs.get("type") in {"radio", "checkbox"}
    ]
    firsts = {legend: box for legend, box in reversed(groups) if _stands_within(box, within)}
    return _one_named(label, [*named, *firsts.items()], "field")


def _stands_within(box: Element, within: str) -> bool:
    return not within or any(legend.startswith(within) for legend in _legends(box))


def _legends(box: Element) -> list[str]:
    groups = [parent for parent in parents(box) if parent.name == "fieldset"]
    return [words(child) for group in groups for child in group.children if child.name == "legend"]


def _label_of(document: JustHTML, box: Element) -> str:
    return next(words(label) for label in document.query("label") if label.attrs.get("for") == box.attrs["id"])


def _one_named(name: str, choices: Sequence[tuple[str, Element]], what: str) -> Element:
    exact = [node for words_, node in choices if words_ == name]
    found = exact or [node for words_, node in choices if words_.startswith(name)]
    assert found, f"no {what} {name!r}; there is {sorted({words_ for words_, _ in choices})}"
    places = {node.attrs.get("href", id(node)) for node in found}
    assert len(places) == 1, f"more than one {what} {name!r}: {[w for w, _ in choices if w.startswith(name)]}"
    return found[0]


def _stands_under(node: Element, heading: str) -> bool:
    """Whether a box around the node (a card, an article) starts with this heading."""
    boxes = [parent for parent in parents(node) if parent.name not in {"main", "body", "html"}]
    return not heading or any(words(head).startswith(heading) for box in boxes for head in box.query("h2, h3")[:1])
