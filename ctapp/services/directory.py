"""Taking a file of the regulator's directory in: what it would change, and changing it. Reading files is `directory_file`.

A file changes only what it says: a blank cell, or a column that its layout lacks, leaves what is known. Absence closes nothing.
Source: flows.md, "Data flows in".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from ctapp.extensions import db
from ctapp.models import Location, Provider
from ctapp.queries.stored_directory import FIELDS, StoredLocation, stored_locations, stored_providers
from ctapp.reference.areas import council_by_name, councils
from ctapp.reference.postcodes import Postcodes
from ctapp.services import audit
from ctapp.services.directory_file import DirectoryFile, DirectoryRow, Rejected, Remark

Watch = Callable[[list[DirectoryRow]], Iterable[DirectoryRow]]

_LONGEST = {name: getattr(Location, name).type.length for name in ("name", "address", "postcode", "phone")}
_LONGEST_PROVIDER_NAME = Provider.name.type.length
# Two imports at a time would each see the directory without the other's rows.
_LOCK = 7_201_901


@dataclass(frozen=True)
class Planned:
    """A location that an import adds or changes: `values` by field, `before` what is stored of those that change."""

    line: int
    cqc_id: str
    name: str
    values: Mapping[str, Any]
    location_id: int | None = None
    before: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ImportPlan:
    """What a file comes to beside what is stored; `rejected` and `remarks` are those of the file and of the comparison."""

    file: DirectoryFile
    new: tuple[Planned, ...]
    changed: tuple[Planned, ...]
    unchanged: int
    rejected: tuple[Rejected, ...]
    remarks: tuple[Remark, ...]
    new_providers: Mapping[str, str]
    renamed_providers: Mapping[str, str]

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the import, for people, programs and the audit trail."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "nhs_sites_left_out": len(self.file.nhs_sites),
            "skipped": len(self.file.skipped),
            "rejected": len(self.rejected),
            "new_providers": len(self.new_providers),
            "renamed_providers": len(self.renamed_providers),
        }


def plan_import(file: DirectoryFile, postcodes: Postcodes, *, watch: Watch = iter) -> ImportPlan:
    """Return what taking a file in would change; writes nothing."""
    locations, providers = stored_locations(), stored_providers()
    names: dict[str, str] = {}
    new, changed, rejected, remarks = [], [], list(file.rejected), list(file.remarks)
    unchanged = 0
    for row in watch(list(file.reporting)):
        stored = locations.get(row.cqc_id)
        values = _values_of(row, stored, postcodes, remarks)
        if fault := _fault_of(row, values):
            rejected.append(Rejected(row.line, fault))
            continue
        # A provider stands in many lines: the first one names it.
        names.setdefault(row.provider_cqc_id, row.provider_name)
        if stored is None:
            new.append(Planned(row.line, row.cqc_id, row.name, values))
        elif differing := {name: value for name, value in values.items() if value != stored.values[name]}:
            before = {name: stored.values[name] for name in differing}
            changed.append(Planned(row.line, row.cqc_id, row.name, differing, stored.id, before))
        else:
            unchanged += 1
    known = {key: name for key, name in names.items() if key in providers}
    return ImportPlan(
        file,
        tuple(new),
        tuple(changed),
        unchanged,
        tuple(sorted(rejected, key=lambda item: item.line)),
        tuple(sorted(remarks, key=lambda item: item.line)),
        new_providers={key: name for key, name in names.items() if key not in providers},
        renamed_providers={key: name for key, name in known.items() if name != providers[key].name},
    )


def import_directory(
    file: DirectoryFile, postcodes: Postcodes, *, actor: str, at: datetime, watch: Watch = iter
) -> ImportPlan:
    """Take a file in, all of it or nothing, and return what it changed; flushes, the edge commits.

    A second import of the same file changes nothing.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    plan = plan_import(file, postcodes, watch=watch)
    _write_providers(plan)
    ids = {key: provider.id for key, provider in stored_providers().items()}
    if plan.new:
        db.session.execute(insert(Location), [_as_columns(item, ids) | {"cqc_id": item.cqc_id} for item in plan.new])
    for item in plan.changed:
        db.session.execute(update(Location).where(Location.id == item.location_id).values(**_as_columns(item, ids)))
        audit.record(
            actor,
            "cli",
            "directory_changed",
            at=at,
            location_id=item.location_id,
            detail={"changed": {name: [(item.before or {})[name], value] for name, value in item.values.items()}},
        )
    audit.record(actor, "cli", "directory_imported", at=at, detail={"layout": file.layout, "counts": dict(plan.counts)})
    db.session.flush()
    return plan


def _write_providers(plan: ImportPlan) -> None:
    if plan.new_providers:
        rows = [{"cqc_id": key, "name": name} for key, name in plan.new_providers.items()]
        db.session.execute(insert(Provider), rows)
    for key, name in plan.renamed_providers.items():
        db.session.execute(update(Provider).where(Provider.cqc_id == key).values(name=name))


def _as_columns(item: Planned, provider_ids: Mapping[str, int]) -> dict[str, Any]:
    columns = {name: value for name, value in item.values.items() if name in FIELDS}
    if "provider_cqc_id" in item.values:
        columns["provider_id"] = provider_ids[item.values["provider_cqc_id"]]
    return columns


def _values_of(
    row: DirectoryRow, stored: StoredLocation | None, postcodes: Postcodes, remarks: list[Remark]
) -> dict[str, Any]:
    known: Mapping[str, Any] = stored.values if stored else {}
    said = {
        "name": row.name,
        "provider_cqc_id": row.provider_cqc_id,
        "provider_type": row.provider_type,
        "address": ", ".join(part for part in (*row.address, row.town, row.county) if part),
        "phone": row.phone,
        "service_types": list(row.service_types),
        "specialisms": list(row.specialisms),
        "attributes": {**known.get("attributes", {}), **_attributes_of(row)},
    }
    values = {name: value for name, value in said.items() if value or stored is None}
    values |= _geography_of(row, known, postcodes, remarks)
    if stored is None:
        values["phone"] = row.phone or ""
    return values


def _attributes_of(row: DirectoryRow) -> dict[str, Any]:
    said = {
        "also_known_as": row.also_known_as,
        "website": row.website,
        "report_published_on": row.reported_on.isoformat() if row.reported_on else None,
        "provider_types": list(row.provider_types),
    }
    return {name: value for name, value in said.items() if value}


def _geography_of(
    row: DirectoryRow, known: Mapping[str, Any], postcodes: Postcodes, remarks: list[Remark]
) -> dict[str, Any]:
    named = council_by_name(row.council_name or "")
    place = postcodes.lookup(row.postcode) if row.postcode else None
    if place is not None:
        if named is not None and named.code != place.council_code:
            taken = councils()[place.council_code].name
            remarks.append(
                Remark(
                    row.line, row.cqc_id, f"The postcode lies in {taken}, the file says {named.name}: taken as {taken}."
                )
            )
        return {
            "postcode": place.postcode,
            "council_code": place.council_code,
            "easting": place.easting,
            "northing": place.northing,
        }
    if row.postcode is None and known.get("postcode"):
        return {}
    if row.postcode is not None:
        remarks.append(Remark(row.line, row.cqc_id, f"The postcode {row.postcode} is not known: no grid reference."))
    if named is None:
        remarks.append(Remark(row.line, row.cqc_id, "Neither postcode nor council name says in which council it lies."))
    council_code = named.code if named else None
    if row.postcode is None:
        return {"council_code": council_code or known.get("council_code"), **({} if known else _NOWHERE)}
    if known.get("postcode") == row.postcode and council_code is None:
        council_code = known.get("council_code")
    return {"postcode": row.postcode, "council_code": council_code, "easting": None, "northing": None}


_NOWHERE: Mapping[str, Any] = {"postcode": "", "easting": None, "northing": None}


def _fault_of(row: DirectoryRow, values: Mapping[str, Any]) -> str | None:
    # PostgreSQL refuses a text that is too long for its column, and with it the whole import.
    for name, longest in _LONGEST.items():
        if len(values.get(name) or "") > longest:
            return f"The {name} of {row.cqc_id} is too long: {len(values[name])} characters, at most {longest}."
    if len(row.provider_name) > _LONGEST_PROVIDER_NAME:
        return f"The provider name of {row.cqc_id} is too long: at most {_LONGEST_PROVIDER_NAME} characters."
    return None
