"""What a person gives to Helm: values files and --set, put together in Helm's order."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import UsageError
from generator.validate.given import Given, merged, nothing
from generator.validate.set_option import SetError, apply_set
from generator.validate.values_file import UnreadableValues, ValuesFile


@dataclass(frozen=True)
class Inputs:
    """Options as they were given to the command: files, --set, --set-string."""

    files: Sequence[str] = ()
    sets: Sequence[str] = ()
    set_strings: Sequence[str] = ()

    @property
    def options(self) -> list[tuple[str, str]]:
        """Options and their values, in the order in which Helm applies them."""
        named = (("--values", self.files), ("--set", self.sets), ("--set-string", self.set_strings))
        return [(option, text) for option, texts in named for text in texts]


def read_inputs(inputs: Inputs) -> tuple[Given, list[str]]:
    """The values as one, and warnings; UsageError names everything that can't be read."""
    values, warnings, errors = nothing(), list[str](), list[str]()
    for name in inputs.files:
        try:
            file = ValuesFile(name, _content(name))
        except UnreadableValues as error:
            errors.append(str(error))
        except OSError as error:
            errors.append(f"{name}: {(error.strerror or str(error)).lower()}")
        else:
            values = merged(values, file.values)
            warnings += file.warnings
    if not errors:
        for option, text in inputs.options[len(inputs.files) :]:
            try:
                apply_set(values, option, text)
            except SetError as error:
                errors.append(str(error))
    if errors:
        raise UsageError(errors)
    return values, warnings


def _content(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
