"""Mutants of the chart: one small fault each, and the test that must see it."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "charts" / "genx-fx"
LISTS = Path(__file__).parent / "lists"


class StaleMutantError(Exception):
    """A mutant that cannot be made of the chart as it is now."""


class _Mutant(BaseModel, ABC):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """What goes wrong, in words joined by hyphens."""
    test: str
    """Node id of the test that must fail."""
    raises: Literal["AssertionError", "HelmError", "KeyError", "ValueError", "TimeoutExpired"] = (
        "AssertionError"
    )
    """How the test must fail: Helm may refuse a mutant, and what a test looks up may be gone."""

    def copy_to(self, folder: Path) -> Path:
        """Make the mutant of the chart in a folder; StaleMutantError where that cannot be done."""
        path, text = self.changed()
        chart = folder / CHART.name
        shutil.copytree(CHART, chart)
        (chart / path).write_text(text)
        return chart

    @abstractmethod
    def changed(self) -> tuple[str, str]:
        """Return the path in the chart of the file that it changes, and its new text."""


class TemplateMutant(_Mutant):
    """A change of the text of a file."""

    file: str
    """Path in the chart."""
    before: str
    """Text that stands there exactly once."""
    after: str
    """Text in its place."""

    def changed(self) -> tuple[str, str]:
        """Replace the text; StaleMutantError where it does not stand there exactly once."""
        if not (CHART / self.file).is_file():
            raise StaleMutantError(f"{self.name}: the chart has no file {self.file}")
        text = (CHART / self.file).read_text()
        if (count := text.count(self.before)) != 1:
            raise StaleMutantError(
                f"{self.name}: {self.file} has this text {count} times and must have it once:\n"
                f"{self.before}"
            )
        return self.file, text.replace(self.before, self.after)


class DefaultMutant(_Mutant):
    """Another default of a value."""

    value: str
    """Dotted path in values.yaml."""
    after: Any
    """Default in place of its own."""

    def changed(self) -> tuple[str, str]:
        """Change the default; StaleMutantError where there is none, or the same."""
        values = yaml.load((CHART / "values.yaml").read_text(), Loader=yaml.CSafeLoader)
        *parents, last = self.value.split(".")
        node = values
        for key in parents:
            node = node.get(key) if isinstance(node, dict) else None
        if not isinstance(node, dict) or last not in node:
            raise StaleMutantError(f"{self.name}: values.yaml has no value {self.value}")
        if node[last] == self.after:
            raise StaleMutantError(f"{self.name}: {self.value} is {self.after} already")
        node[last] = self.after
        return "values.yaml", yaml.dump(values)


Mutant = TemplateMutant | DefaultMutant
_LIST = TypeAdapter(list[Mutant])


def all_mutants() -> list[Mutant]:
    """Return every mutant of the lists; ValueError where two have one name."""
    mutants = [
        mutant
        for path in sorted(LISTS.glob("*.yaml"))
        for mutant in _LIST.validate_python(yaml.load(path.read_text(), Loader=yaml.CSafeLoader))
    ]
    names = Counter(mutant.name for mutant in mutants)
    if twice := [name for name, count in names.items() if count > 1]:
        raise ValueError(f"two mutants are named {', '.join(twice)}: give each a name of its own")
    return mutants
