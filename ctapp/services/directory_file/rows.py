"""Makes one row of ours out of the cells of one record, field by field. It sees one record and no file.

What identifies a location must be right, or the line is rejected. Anything else that cannot be read is left out with a
remark, and what is already known of the location then stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ctapp.clock import LONDON, london_day
from ctapp.reference.postcodes import normalise_postcode
from ctapp.reference.service_types import provider_types_of, service_type_names, specialism_names
from ctapp.services.directory_file.contents import DirectoryRow, Rejected, Remark, Skipped, SkipReason
from ctapp.services.directory_file.layouts import Layout
from ctapp.services.directory_file.name_lists import split_names, unknown_names

_LONGEST = 300
_LONGEST_LIST = 4_000
_LISTS = frozenset({"specialisms", "service_types"})
_SHOWN = 60

# The regulator's own numbers, or an NHS organisation or site code.
_CQC_ID = re.compile(r"1-[0-9]{3,15}|[A-Z][A-Z0-9]{2,11}")
_WEBSITE = re.compile(r"(https?://)?[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?([/?#]\S*)?", re.IGNORECASE | re.ASCII)
_PHONE = re.compile(r"\+?[0-9]{9,15}")
_PHONE_MARKS = str.maketrans("", "", " ()-./")


@dataclass
class _Reading:
    """The cells of one record under way, and the remarks made on it."""

    line: int
    cells: Mapping[str, str]
    layout: Layout
    remarks: list[str] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        return self.cells.get(name) or None

    def remark(self, what: str, found: str) -> None:
        self.remarks.append(f"{what}: “{found[:_SHOWN]}”.")


def read_row(
    line: int, cells: Mapping[str, str], *, address: tuple[str, ...], layout: Layout
) -> tuple[DirectoryRow | Skipped | Rejected, tuple[Remark, ...]]:
    """Return the row of one record with its remarks, or why it is left aside or refused.

    `cells` are by field name, `address` the cells of the address; all as they stand in the file.
    """
    fault = _fault_of({**cells, **{f"address {number}": cell for number, cell in enumerate(address, start=1)}})
    if fault:
        return Rejected(line, fault), ()
    reading = _Reading(line, {name: clean(cell) for name, cell in cells.items()}, layout)
    cqc_id, provider_id = reading.text("cqc_id"), reading.text("provider_cqc_id")
    if cqc_id is None:
        return Skipped(line, provider_id, "A provider, not a location.", SkipReason.PROVIDER), ()
    service_types = split_names(reading.text("service_types") or "", service_type_names())
    provider_types = provider_types_of(service_types)
    if not provider_types:
        kinds = ", ".join(service_types) or "none named"
        reason = f"No service that reports here: {kinds[:_LONGEST]}."
        return Skipped(line, cqc_id, reason, SkipReason.OUT_OF_SCOPE), _as_remarks(reading, service_types, cqc_id)
    row = _build(reading, service_types, provider_types, tuple(filter(None, map(clean, address))))
    if isinstance(row, Rejected):
        return row, ()
    return row, _as_remarks(reading, service_types, cqc_id)


def clean(cell: str) -> str:
    """Return a cell without outer and doubled white space and without characters that cannot be seen."""
    seen = "".join(letter for letter in cell if unicodedata.category(letter) != "Cf") if not cell.isascii() else cell
    return " ".join(seen.split())


def _fault_of(cells: Mapping[str, str]) -> str | None:
    for name, cell in cells.items():
        words = name.replace("_", " ")
        if len(cell) > (_LONGEST_LIST if name in _LISTS else _LONGEST):
            return f"The {words} is too long: {len(cell):,} characters."
        if not cell.isprintable() and any(_is_forbidden(letter) for letter in cell):
            return f"The {words} holds a character that is not text."
    return None


def _is_forbidden(letter: str) -> bool:
    # Half characters and controls; but a line break or tab is only white space.
    return unicodedata.category(letter) in {"Cc", "Cs"} and not letter.isspace()


def _build(
    reading: _Reading, service_types: tuple[str, ...], provider_types: tuple[str, ...], address: tuple[str, ...]
) -> DirectoryRow | Rejected:
    cqc_id, provider_id = reading.text("cqc_id"), reading.text("provider_cqc_id")
    name, provider_name = reading.text("name"), reading.text("provider_name")
    if not cqc_id or not _CQC_ID.fullmatch(cqc_id):
        return Rejected(reading.line, f"“{(cqc_id or '')[:_SHOWN]}” is not a location id of the regulator.")
    if not provider_id or not _CQC_ID.fullmatch(provider_id):
        return Rejected(reading.line, f"“{(provider_id or '')[:_SHOWN]}” is not a provider id of the regulator.")
    if not name or not provider_name:
        return Rejected(reading.line, f"The location {cqc_id} has no {'provider name' if name else 'name'}.")
    return DirectoryRow(
        line=reading.line,
        cqc_id=cqc_id,
        name=name,
        address=address,
        town=reading.text("town"),
        county=reading.text("county"),
        postcode=_read_postcode(reading),
        phone=_read_phone(reading),
        provider_cqc_id=provider_id,
        provider_name=provider_name,
        website=_read_website(reading),
        council_name=reading.text("council_name"),
        region_name=reading.text("region_name"),
        specialisms=_read_specialisms(reading),
        service_types=service_types,
        also_known_as=reading.text("also_known_as"),
        reported_on=_read_date(reading),
        provider_types=provider_types,
    )


def _read_postcode(reading: _Reading) -> str | None:
    text = reading.text("postcode")
    postcode = normalise_postcode(text) if text else None
    if text and postcode is None:
        reading.remark("The postcode is not one", text)
    return postcode


def _read_phone(reading: _Reading) -> str | None:
    text = reading.text("phone")
    if text is None:
        return None
    number = text.translate(_PHONE_MARKS)
    if _PHONE.fullmatch(number):
        return number
    reading.remark("The phone number is not one", text)
    return None


def _read_website(reading: _Reading) -> str | None:
    text = reading.text("website")
    if text is None:
        return None
    match = _WEBSITE.fullmatch(text)
    if match:
        return text if match[1] else f"http://{text}"
    reading.remark("The website is not an address", text)
    return None


def _read_specialisms(reading: _Reading) -> tuple[str, ...]:
    names = split_names(reading.text("specialisms") or "", specialism_names())
    for name in unknown_names(names, specialism_names()):
        reading.remark("A specialism we do not know", name)
    return names


def _read_date(reading: _Reading) -> date | None:
    text = reading.text("reported_on")
    if text is None:
        return None
    for form in ("", *reading.layout.date_forms):
        try:
            if form:
                return london_day(datetime.strptime(text, form).replace(tzinfo=LONDON))
            moment = datetime.fromisoformat(text)
            return london_day(moment if moment.tzinfo else moment.replace(tzinfo=LONDON))
        except (ValueError, OverflowError):
            continue
    reading.remark("The report date cannot be read", text)
    return None


def _as_remarks(reading: _Reading, service_types: tuple[str, ...], cqc_id: str) -> tuple[Remark, ...]:
    for name in unknown_names(service_types, service_type_names()):
        reading.remark("A service type we do not know", name)
    return tuple(Remark(reading.line, cqc_id, reason) for reason in reading.remarks)
