"""Directory files of the 18-column layout for tests: the real sample, and small ones made of a few rows."""

from __future__ import annotations

import csv
import io
from pathlib import Path

SAMPLE = Path(__file__).parent / "samples" / "cqc" / "directory_layout_500.csv"
COLUMNS = next(csv.reader(io.StringIO(SAMPLE.read_text(encoding="utf-8"))))
USUAL = {
    "Name": "Rosewood",
    "Address 1": "1 Mill Lane",
    "Town/City": "Leeds",
    "Postcode": "LS6 2AB",
    "Phone number": "01134960001",
    "CQC Provider ID (for office use only)": "1-200000001",
    "CQC Location ID (for office use only)": "1-100000001",
    "Local authority": "Leeds",
    "Service types": "Residential homes",
    "Provider name": "Rosewood Group",
}
SHORT = {
    "id": "CQC Location ID (for office use only)",
    "provider": "CQC Provider ID (for office use only)",
    "provider_name": "Provider name",
    "name": "Name",
    "postcode": "Postcode",
    "phone": "Phone number",
    "council": "Local authority",
    "services": "Service types",
    "address": "Address 1",
    "website": "Website",
}


def text_of(*rows: dict[str, str]) -> str:
    """Return a file with these rows, each the usual one but for what is said (by the short names above)."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({**dict.fromkeys(COLUMNS, ""), **USUAL, **{SHORT[key]: value for key, value in row.items()}})
    return out.getvalue()
