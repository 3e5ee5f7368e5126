"""What each page weighs on the wire, cold and warm, against the limits of design/stack.md. Bytes, not times.

Cold is the page and everything it loads; warm is the page alone, since styles and scripts are kept by the browser under
a path that names their content. Both count the compressed bodies (brotli) of HTML, CSS, JavaScript and icon.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from benchmarks.wire import Line, Unexpected, loads_of

# Source: stack.md, Weight; in bytes, a kilobyte being 1,000 of them.
ONE_TAP, FIVE_TAPS, COLD, WARM = 8_000, 14_000, 35_000, 5_000
SEARCH = {"near": "LS6 1", "miles": "10", "bed": "any", "stay": "any"}


@dataclass(frozen=True)
class Weight:
    """One page: bytes on the wire with and without what it loads, and its limits; `warm_limit` None: none is set."""

    page: str
    cold: int
    warm: int
    head: int
    cold_limit: int
    warm_limit: int | None


def weigh_all(port: int, told: dict) -> list[dict]:
    """Return the weights of the pages; the sections heaviest first."""
    scale = _Scale(port, told["password"])
    first = told["written"][0]
    sections = [_heaviest(scale, key, told["seen"]) for key in told["sections"]]
    every_bed = f"/locations/{first['cqc_id']}/vacancies?{urlencode([tuple(pair) for pair in told['every_bed']])}"
    found = [
        scale.weigh("Sign-in", "", "/sign-in"),
        scale.weigh("Home, one home", told["manager"], "/"),
        scale.weigh("Home, twelve homes", told["owner"], "/"),
        *sorted((weight for weight in sections if weight), key=lambda weight: -weight.warm),
        scale.weigh("Section vacancies, with every kind of bed", told["manager"], every_bed),
        scale.weigh("Find", told["finder"], "/find"),
        scale.weigh("Find, results", told["finder"], f"/find?{urlencode(SEARCH)}"),
        replace(scale.weigh("One-tap page, one home", "", first["link"]), cold_limit=ONE_TAP, warm_limit=None),
        replace(scale.weigh("One-tap page, five homes", "", told["five"]), cold_limit=FIVE_TAPS, warm_limit=None),
    ]
    scale.close()
    return [asdict(weight) for weight in found]


def _heaviest(scale: _Scale, key: str, seen: list[dict]) -> Weight | None:
    """Return the heaviest of a section's pages over the provider types; None when none of them is asked it."""
    found = []
    for who in seen:
        # 404: not asked of this type.
        with suppress(Unexpected):
            found.append(scale.weigh(f"Section {key}", who["email"], f"/locations/{who['cqc_id']}/{key}"))
    return max(found, key=lambda weight: weight.warm, default=None)


class _Scale:
    """One signed-in line per account, and every file that was loaded."""

    def __init__(self, port: int, password: str) -> None:
        self.port, self.password = port, password
        self.lines: dict[str, Line] = {}
        self.files: dict[str, int] = {}

    def close(self) -> None:
        for line in self.lines.values():
            line.close()

    def weigh(self, page: str, email: str, path: str) -> Weight:
        line = self._line_of(email)
        answer = line.get(path)
        for url in loads_of(answer.text):
            if url not in self.files:
                self.files[url] = len(line.get(url).body)
        loaded = sum(self.files[url] for url in set(loads_of(answer.text)))
        html = len(answer.body)
        return Weight(page, html + loaded, html, len(answer.head), COLD, WARM)

    def _line_of(self, email: str) -> Line:
        if email not in self.lines:
            line = self.lines[email] = Line(self.port)
            if email:
                line.sign_in(email, self.password)
        return self.lines[email]
