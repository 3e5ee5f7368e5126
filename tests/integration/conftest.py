"""What reads and commands need besides the site: England's postcodes, and the command line on the site's database."""

from __future__ import annotations

import io

import pytest

from ctapp.cli import edge
from ctapp.cli import main as run_command
from ctapp.config import ROOT
from ctapp.extensions import db
from ctapp.queries import places
from ctapp.reference.postcode_build import FILE_NAME, open_postcodes


@pytest.fixture(scope="session")
def postcode_file():
    """England's postcodes, made once on this machine and kept: it takes seconds."""
    open_postcodes(ROOT / "instance").close()
    return ROOT / "instance" / FILE_NAME


@pytest.fixture
def postcodes(site, postcode_file):
    """England's postcodes, in the site's instance folder too."""
    link = site.instance / FILE_NAME
    if not link.exists():
        link.symlink_to(postcode_file)
    return places.postcodes(site.instance)


@pytest.fixture
def command(site, postcodes, monkeypatch, capsys):
    """Run a command on the site's database: `status, printed, refused = command("user", "list")`."""
    monkeypatch.setattr(edge, "create_app", lambda: site.app)

    def run(*arguments, typed=""):
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        db.session.commit()
        capsys.readouterr()
        status = run_command([str(argument) for argument in arguments])
        db.session.rollback()
        told = capsys.readouterr()
        return status, told.out, told.err

    return run
