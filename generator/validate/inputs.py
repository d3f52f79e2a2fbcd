"""Values files and options, read for their places, and merged by Helm."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from generator.errors import UsageError
from generator.spec.problems import LocatedProblem
from generator.spec.source import Document, UnreadableSource, documents, position
from generator.validate.given import EverythingGiven, GivenFile, GivenOption
from generator.validate.helm import Helm, HelmRefused, helm_program

OPTIONS = ("--set-json", "--set", "--set-string", "--set-file", "--set-literal")
"""Helm's options that set values, in the order in which it applies them, after all files."""


@dataclass(frozen=True)
class Inputs:
    """Values files and options as they were given to the command, `-` for the standard input."""

    files: Sequence[str] = ()
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Name of an option (`--set`) → its texts."""

    @cached_property
    def file_names(self) -> list[str]:
        """Names of single files: as in Helm, commas separate them."""
        return [name for text in self.files for name in text.split(",")]

    @cached_property
    def settings(self) -> list[tuple[str, str]]:
        """Options and their texts in the order in which Helm applies them."""
        return [(option, text) for option in OPTIONS for text in self.options.get(option, ())]

    @cached_property
    def arguments(self) -> list[str]:
        """What is said to Helm."""
        given = [*(("--values", name) for name in self.file_names), *self.settings]
        return [part for pair in given for part in pair]

    @cached_property
    def helm(self) -> Helm:
        """The Helm to ask, with what a file named `-` holds. Raises UsageError."""
        standard_input = sys.stdin.buffer.read() if "-" in self.file_names else b""
        return Helm(helm_program(), standard_input)

    def with_option(self, option: str, text: str) -> Inputs:
        """Return these inputs with an option more; the standard input is read once for both."""
        texts = [*self.options.get(option, ()), text]
        more = replace(self, options={**self.options, option: texts})
        more.__dict__["helm"] = self.helm
        return more


@dataclass(frozen=True)
class Merged:
    """The values that the chart gets, where they were given, and warnings."""

    values: Any
    given: EverythingGiven
    warnings: list[str]


def merge(inputs: Inputs, defaults: Mapping[str, Any]) -> Merged:
    """Let Helm merge what is given over a chart's defaults.

    UsageError names everything that can't be read.
    """
    files = _read_files(inputs)
    options = [GivenOption(name, text, inputs.helm) for name, text in inputs.settings]
    try:
        merged = inputs.helm.merged(inputs.arguments, defaults)
    except HelmRefused as refused:
        unreadable = [option.refusal for option in options if option.refusal]
        raise UsageError(unreadable or [str(refused)]) from None
    read = 1 if merged.helm_version.startswith("v3.") else None
    sources = [GivenFile(name, one) for name, found in files for one in found[:read]]
    warnings = [warning for name, found in files for warning in _warnings(name, found)]
    return Merged(merged.values, EverythingGiven([*sources, *options]), warnings)


def _read_files(inputs: Inputs) -> list[tuple[str, list[Document]]]:
    files, errors = list[tuple[str, list[Document]]](), list[str]()
    for name in inputs.file_names:
        if Path(name).is_fifo():
            # Helm reads it as well.
            errors.append(
                f"{name}: is a pipe, which can be read only once: name a file, or - and pipe it in"
            )
            continue
        try:
            content = inputs.helm.standard_input if name == "-" else Path(name).read_bytes()
            files.append((name, _mappings(content)))
        except OSError as error:
            errors.append(f"{name}: {(error.strerror or str(error)).lower()}")
        except UnreadableSource as error:
            errors.append(f"{name}:{error}")
    if errors:
        raise UsageError(errors)
    return files


def _mappings(content: bytes) -> list[Document]:
    """Read a file's documents but for empty ones; UnreadableSource where one is no mapping."""
    found = [one for one in documents(content) if one.root.tag != "tag:yaml.org,2002:null"]
    for one in found:
        if not isinstance(one.root, yaml.MappingNode):
            given = "a list" if isinstance(one.root, yaml.SequenceNode) else one.root.value
            message = f"{given} is given, and a values file holds a mapping"
            raise UnreadableSource(LocatedProblem(*position(one.root), "", message))
    return found


def _warnings(name: str, found: list[Document]) -> Iterator[str]:
    """Yield what Helm accepts, though nobody means it."""
    for number, one in enumerate(found):
        if number == 1:
            line, column = position(one.root)
            message = "Helm 3 reads nothing from here on; Helm 4 merges all documents"
            yield f"{name}:{line}:{column}: warning: {message}"
        for problem in sorted(one.repeated_keys()):
            place = f"{name}:{problem.line}:{problem.column}"
            yield f"{place}: warning: {problem.message}; Helm takes this one"
