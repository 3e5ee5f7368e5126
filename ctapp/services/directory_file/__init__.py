"""Reading a file of the regulator's directory into frozen rows. It compares with nothing and writes nothing.

`layouts.py` declares what a file may look like, `csv_records.py` gets records out of bytes, `name_lists.py` takes lists
apart, `rows.py` makes one row, `reading.py` puts it together into the values of `contents.py`.
"""

from ctapp.services.directory_file.contents import (
    DirectoryFile,
    DirectoryRow,
    Rejected,
    Remark,
    Skipped,
    SkipReason,
)
from ctapp.services.directory_file.csv_records import DirectoryFileError, UnreadableFile
from ctapp.services.directory_file.layouts import UnknownLayout
from ctapp.services.directory_file.reading import read_directory

__all__ = [
    "DirectoryFile",
    "DirectoryFileError",
    "DirectoryRow",
    "Rejected",
    "Remark",
    "SkipReason",
    "Skipped",
    "UnknownLayout",
    "UnreadableFile",
    "read_directory",
]
