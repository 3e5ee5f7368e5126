"""A folder to plant a violation in: a rule that was never seen to bite is not a rule."""

import textwrap

import pytest


@pytest.fixture
def plant(tmp_path):
    """Write one file below an empty root and return the root."""

    def write(path, text):
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(textwrap.dedent(text), encoding="utf-8")
        return tmp_path

    return write
