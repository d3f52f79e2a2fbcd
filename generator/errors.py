"""Errors that a user can fix; the command line shows them without a traceback."""

from __future__ import annotations

from collections.abc import Sequence


class GenxFxError(Exception):
    """Base of all such errors: what to show, line by line, and the exit code."""

    exit_code = 1

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


class SpecError(GenxFxError):
    """The spec is wrong; nothing was written."""

    exit_code = 2


class WriteError(GenxFxError):
    """The chart can't be written; the tree is as it was."""


class ValuesError(GenxFxError):
    """Helm would refuse the values."""


class UsageError(GenxFxError):
    """What was asked for can't be looked at."""

    exit_code = 2
