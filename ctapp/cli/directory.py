"""`ctapp import …`: files from outside. A dry run unless `--apply` is given; what it prints is what applying then does."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from ctapp import clock
from ctapp.cli.edge import application, progress, say
from ctapp.config import Settings
from ctapp.queries import places
from ctapp.services.directory import ImportPlan, import_directory, plan_import
from ctapp.services.directory_file import SkipReason, read_directory
from ctapp.services.transactions import begin_reading


@click.group("import")
def import_files() -> None:
    """Take files in: a dry run by default."""


@import_files.command("cqc")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Write what the dry run shows, all of it or nothing.")
@click.option("--json", "as_json", is_flag=True, help="For a program to read.")
def import_cqc(file: Path, is_applied: bool, as_json: bool) -> None:  # noqa: FBT001
    """Take a file of the regulator's directory in: new, changed, unchanged, skipped and rejected rows."""
    read = read_directory(file)
    with application() as app:
        settings: Settings = app.config["SETTINGS"]
        codes = places.postcodes(settings.instance)
        watch = partial(progress, label="Comparing")
        if is_applied:
            plan = import_directory(read, codes, actor="operator", at=clock.now(), watch=watch)
        else:
            begin_reading()
            plan = plan_import(read, codes, watch=watch)
        report = _as_json(plan, is_applied=is_applied) if as_json else _as_text(plan)
    # Printed once the commit has succeeded.
    say(report)
    if not as_json:
        say("Written." if is_applied else "Nothing has been written. Run it again with --apply to write this.")


def _as_text(plan: ImportPlan) -> str:
    file, counts = plan.file, plan.counts
    lines = [f"line {item.line}: changed: {item.cqc_id} {item.name}: {', '.join(item.values)}" for item in plan.changed]
    lines += [f"line {item.line}: remark: {item.cqc_id}: {item.reason}" for item in plan.remarks]
    lines += [f"line {item.line}: skipped: {item.cqc_id or 'no id'}: {item.reason}" for item in file.skipped]
    lines += [
        f"line {row.line}: left out: {row.cqc_id} {row.name}: a site of an NHS trust; the support team adds these."
        for row in file.nhs_sites
    ]
    lines += [f"line {item.line}: rejected: {item.reason}" for item in plan.rejected]
    kinds = ", ".join(f"{file.count_skipped(kind)} {_KINDS[kind]}" for kind in SkipReason)
    lines += [
        "",
        f"Layout: {file.layout}.",
        f"Social care locations: {len(file.rows)} found, {len(file.reporting)} taken in,"
        f" {len(file.nhs_sites)} left out as sites of NHS trusts.",
        f"New: {counts['new']}. Changed: {counts['changed']}. Unchanged: {counts['unchanged']}.",
        f"Providers: {counts['new_providers']} new, {counts['renamed_providers']} with another name.",
        f"Skipped: {counts['skipped']} ({kinds}).",
        f"Rejected: {counts['rejected']}.",
    ]
    return "\n".join(lines).lstrip("\n")


_KINDS = {
    SkipReason.PROVIDER: "providers without a location",
    SkipReason.OUT_OF_SCOPE: "with no service that reports here",
    SkipReason.REPEATED: "repeated",
}


def _as_json(plan: ImportPlan, *, is_applied: bool) -> str:
    file = plan.file
    return json.dumps(
        {
            "layout": file.layout,
            "applied": is_applied,
            "counts": {"found": len(file.rows), "taken_in": len(file.reporting), **plan.counts},
            "new": [{"line": item.line, "cqc_id": item.cqc_id, **item.values} for item in plan.new],
            "changed": [
                {"line": item.line, "cqc_id": item.cqc_id, "before": item.before, "after": item.values}
                for item in plan.changed
            ],
            "nhs_sites": [{"line": row.line, "cqc_id": row.cqc_id, "name": row.name} for row in file.nhs_sites],
            "skipped": [asdict(item) for item in file.skipped],
            "rejected": [asdict(item) for item in plan.rejected],
            "remarks": [asdict(item) for item in plan.remarks],
        },
        ensure_ascii=False,
    )


COMMANDS = (import_files,)
