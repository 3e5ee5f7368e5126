"""The frozen values that the templates of a section page draw. They carry words and names, never rules."""

from __future__ import annotations

from dataclasses import dataclass


def drawable(text: str) -> str:
    """Return a text that HTML can hold: without control characters and lone surrogates, line ends and tabs kept."""
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or not (letter < " " or "\x7f" <= letter <= "\x9f" or "\ud800" <= letter <= "\udfff")
    )


@dataclass(frozen=True)
class OptionView:
    """One option of a field, as drawn."""

    value: str
    label: str
    hint: str = ""
    mark: str = ""
    checked: bool = False
    exclusive: bool = False


@dataclass(frozen=True)
class DoubtView:
    """A soft rule at a field: its sentence and the reasons to choose from."""

    name: str
    id: str
    text: str
    options: tuple[OptionView, ...]
    error: str = ""


@dataclass(frozen=True)
class FieldView:
    """One question as it stands on the page, with what was typed into it."""

    name: str
    id: str
    kind: str
    label: str
    hint: str = ""
    help: str = ""
    value: str | tuple[str, ...] = ""
    error: str = ""
    options: tuple[OptionView, ...] = ()
    prefix: str = ""
    suffix: str = ""
    beside: str = ""
    condition: str = ""
    asked: bool = True
    only_if: str = ""
    optional: bool = False
    width: int = 0
    max_length: int = 0
    lines: int = 1
    legend_size: str = "m"
    doubt: DoubtView | None = None
    steppers: bool = False
    stepper_label: str = ""


@dataclass(frozen=True)
class MoveView:
    """A shortcut button of a row: it moves one and saves nothing."""

    value: str
    label: str


@dataclass(frozen=True)
class RunningView:
    """The running sum of a row or page: its sentence now, and what the script needs to keep it right."""

    id: str
    text: str
    is_exact: bool
    script: str


@dataclass(frozen=True)
class BlockView:
    """A group of fields under one legend; in a grid, one row with its fixed numbers, running sum and shortcuts."""

    id: str
    legend: str
    fields: tuple[FieldView, ...]
    row: str = ""
    fixed: tuple[tuple[str, str], ...] = ()
    runnings: tuple[RunningView, ...] = ()
    moves: tuple[MoveView, ...] = ()

    @property
    def usual(self) -> tuple[FieldView, ...]:
        """The fields that always stand open."""
        return self.fields[: self._fold_at]

    @property
    def folded(self) -> tuple[FieldView, ...]:
        """In a row of a grid, the first optional field and all after it: they hang on it, or are rarely used too."""
        return self.fields[self._fold_at :]

    @property
    def is_unfolded(self) -> bool:
        """Whether a folded field holds an answer, an error or a doubt, so that it must be in sight."""
        return any(view.value or view.error or view.doubt for view in self.folded)

    @property
    def _fold_at(self) -> int:
        first = next((place for place, view in enumerate(self.fields) if view.optional), 0)
        return first if self.row and first else len(self.fields)


@dataclass(frozen=True)
class ErrorView:
    """An error of the summary, with the id of the field it stands at; empty where it belongs to no field."""

    id: str
    text: str
