"""`ctapp section …`: the question sets, listed, shown, checked, compared and published."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import click

from ctapp import clock
from ctapp.cli.edge import application, say
from ctapp.errors import Refused
from ctapp.queries.question_sets import read_with_references, sections_on, shipped_sources, versions_of
from ctapp.questions.snapshot import canonical, readable_difference
from ctapp.services.question_sets import publish


@click.group()
def section() -> None:
    """Question sets: the sections that providers answer."""


@section.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_sections(as_json: bool) -> None:  # noqa: FBT001
    """The sections asked today, in page order."""
    with application():
        found = sections_on(clock.london_day(clock.now()))
        if as_json:
            rows = [
                {"key": p.key, "version": p.version, "title": p.section.title, "cadence": p.section.cadence}
                for p in found
            ]
            say(json.dumps(rows))
            return
        for p in found:
            say(f"{p.key:<20} version {p.version}  {p.section.cadence:<10} {p.section.title}")


@section.command()
@click.argument("key")
@click.option("--json", "as_json", is_flag=True, help="In canonical form.")
def show(key: str, as_json: bool) -> None:  # noqa: FBT001
    """The last version of a section, as uploaded."""
    with application():
        source = _source(key)
        say(json.dumps(canonical(read_with_references(source)), ensure_ascii=False) if as_json else source)


@section.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def check(file: Path) -> None:
    """Whether a file follows the format; exit 1 with the place and the reason when not."""
    found = read_with_references(file.read_text("utf-8"))
    say(
        f"{found.key}: {len(found.all_questions())} questions, asked {found.cadence} of {', '.join(found.asked_of)}. It is right."
    )


@section.command()
@click.argument("before")
@click.argument("after")
def diff(before: str, after: str) -> None:
    """What changes from one section to another: two files, or keys (`vacancies`, `vacancies@1`)."""
    with application():
        lines = readable_difference(read_with_references(_source(before)), read_with_references(_source(after)))
        say("\n".join(lines) if lines else "The two mean the same.")


@section.command("publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--from", "effective", type=click.DateTime(["%Y-%m-%d"]), help="First London day; today unless said.")
def publish_section(file: Path | None, effective: datetime | None) -> None:
    """Publish a new version from a file; without one, every shipped file that differs from its last version."""
    at = clock.now()
    day = effective.date() if effective else clock.london_day(at)
    with application():
        if file is not None:
            say(f"Published version {publish(file.read_text('utf-8'), effective_on=day, at=at)}, asked from {day}.")
            return
        count = 0
        for key, source in shipped_sources().items():
            if not readable_difference(read_with_references(_source(key)), read_with_references(source)):
                continue
            say(f"{key}: published version {publish(source, effective_on=day, at=at)}, asked from {day}.")
            count += 1
        if not count:
            say("Every shipped section is published already.")


def _source(name: str) -> str:
    # A file, a key (its last published version), or key@version.
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return path.read_text("utf-8")
    key, _, number = name.partition("@")
    versions = versions_of(key)
    found = [source for _, version, _, source in versions if not number or str(version) == number]
    if not found:
        raise Refused(f"no section or file called {name}")
    return found[-1]


COMMANDS = (section,)
