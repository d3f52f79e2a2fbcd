"""Finds the kinds by their folders."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import cache, reduce
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, cast

from pydantic import Tag

from generator.spec.fields import chosen_by_kind

if TYPE_CHECKING:
    from generator.plan.component import ComponentPlan
    from generator.spec.checks import Subject
    from generator.spec.problems import Problem
    from generator.values.sections import Times
    from generator.values.tree import Section, Value

FOLDER = Path(__file__).parent


class KindValues(Protocol):
    """The module `values` of a kind."""

    TIMES: Times

    def own_values(self, component: ComponentPlan) -> dict[str, Value | Section]:
        """Build the values that only components of this kind have."""

    def external_values(self, component: ComponentPlan) -> dict[str, Value | Section]:
        """Build the account at a server outside, where the kind is replaceable."""


@cache
def kinds() -> list[str]:
    """Return the names of all kinds, sorted."""
    return sorted(path.parent.name for path in FOLDER.glob("*/model.py"))


def component_union() -> Any:
    """Build the type of a component in the spec: the model of its kind."""
    members = [
        Annotated[import_module(f"generator.kinds.{kind}.model").MODEL, Tag(f"kind {kind}")]
        for kind in kinds()
    ]
    return Annotated[reduce(operator.or_, members), chosen_by_kind(*kinds())]


def values_of(kind: str) -> KindValues:
    """Return the module `values` of a kind."""
    return cast(KindValues, import_module(f"generator.kinds.{kind}.values"))


def checks() -> Iterator[Callable[[Subject], Iterator[Problem]]]:
    """Yield the checks of the spec that concern one kind alone."""
    for kind in kinds():
        if (FOLDER / kind / "checks.py").is_file():
            yield from import_module(f"generator.kinds.{kind}.checks").CHECKS


def templates(kind: str, part: str = "") -> list[str]:
    """Return the file names of the templates of a kind, or of a part of it, sorted."""
    folder = FOLDER / kind / part
    return sorted(path.name for path in folder.iterdir() if path.suffix in (".tpl", ".yaml"))


def flows(kind: str, part: str = "") -> list[str]:
    """Return the file names of NetworkPolicies for connections that only a kind opens, sorted."""
    return sorted(path.name for path in (FOLDER / kind / part).glob("flows/*.yaml"))


def hooks(kind: str) -> list[str]:
    """Return the file names of what prepares a server outside the release, sorted."""
    return sorted(path.name for path in (FOLDER / kind).glob("hooks/*"))


def tests(kind: str) -> list[str]:
    """Return the file names of tests by `helm test` that only a kind has, sorted."""
    return sorted(path.name for path in (FOLDER / kind).glob("tests/*.yaml"))


def files(kind: str, part: str = "") -> dict[str, str]:
    """Return the files that the chart holds as they are: path below files/ → text."""
    folder = FOLDER / kind / part / "files"
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.parent.name != "__pycache__"
    }
