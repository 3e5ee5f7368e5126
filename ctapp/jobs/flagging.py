"""The job that flags what has gone out of date, as a plain function that may run late, twice or beside itself."""

from __future__ import annotations

from datetime import datetime

from ctapp.queries.unflagged import unflagged
from ctapp.services import transactions
from ctapp.services.staleness import flag_stale


def flag_what_went_stale(*, at: datetime) -> int:
    """Flag every section that is out of date and has no flag yet, and return how many; commits in small steps."""
    count, after = 0, (0, "")
    while True:
        transactions.begin_reading()
        batch = unflagged(at=at, after=after)
        transactions.drop_session()
        transactions.begin_writing()
        if batch.found:
            count += flag_stale(batch.found, at=at)
            transactions.commit_session()
        if batch.last is None:
            return count
        after = batch.last
