"""The cast's Rosewood as a running service: beds, business continuity and COVID-19 answered up to yesterday, one day of COVID-19
missed, one bed held for nine days. Not a fixture file.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from ctapp.extensions import db
from tests import answers, cast
from tests.journeys.service import Service
from tests.site import SqliteSite

MISSED = "Sunday 18 April"
_MISSED_DAYS_AGO = 2
HOME_MANAGER = cast.PEOPLE["rosewood_manager"].email
COLLEAGUE = cast.PEOPLE["rosewood_owner"].email


def rosewood_at(folder: Path, *, at=cast.AT) -> Service:
    """Return Rosewood's service, its clock stopped at a moment, not started yet."""
    (folder / "made").mkdir(parents=True, exist_ok=True)
    site = SqliteSite(folder / "made")
    site.reset(with_cast=True)
    with site.app.app_context():
        _answer(at)
        db.session.commit()
    site.close()
    service = Service(folder / "instance", clock=f"{at.isoformat()}!")
    shutil.copy(site.path, service.instance / "ctapp.sqlite")
    return service


def _answer(at) -> None:
    days = [at - timedelta(days=ago, hours=-6, minutes=-40) for ago in range(9, 0, -1)]
    answers.save_beds(at=days[0])
    answers.save_beds(at=days[-1])
    answers.save("business_continuity", answers.CONTINUITY, at=days[-1])
    for ago, moment in zip(range(9, 0, -1), days, strict=True):
        if ago != _MISSED_DAYS_AGO:
            answers.save("covid", answers.COVID, at=moment)
