"""A status by colour: red, amber, green and perhaps blue, always with its word and letter."""

from __future__ import annotations

from ctapp.questions.kinds.choice import Choice


class Rag(Choice):
    """One status; its options say what each colour means."""

    key = "rag"


KIND = Rag()
