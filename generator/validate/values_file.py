"""Values files, read as Helm reads them, with the place of every key and value."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NoReturn

import yaml

from generator.spec.problems import LocatedProblem
from generator.spec.source import UnreadableSource, yaml_text
from generator.validate.given import Given, Place, merged
from generator.validate.scalars import key_text, plain_scalar, tagged_scalar

_PLAIN = "plain"
_TAG = "tag:yaml.org,2002:"


class UnreadableValues(Exception):
    """Helm can't read the file either."""


class ValuesFile:
    """The values of a file, and warnings: what Helm accepts, though nobody means it."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        self.warnings: list[str] = []
        place = Place(name, 1, 1)
        self.values = Given({}, "a mapping", place, place)
        try:
            for number, root in enumerate(_documents(content)):
                if number == 1:
                    message = "Helm 3 reads nothing from here on; Helm 4 merges all documents"
                    self.warnings.append(f"{self._place(root)}: warning: {message}")
                self._add(root)
        except UnreadableSource as error:
            raise UnreadableValues(f"{name}:{error}") from None
        except RecursionError:
            message = "nested too deeply, or an alias contains itself"
            raise UnreadableValues(f"{place}: {message}") from None

    def _add(self, root: yaml.Node) -> None:
        value = self._given(root, root)
        if value.data is None:
            return
        if not isinstance(value.data, dict):
            self._refuse(root, f"{value.written} is given, and a values file holds a mapping")
        self.values = merged(self.values, value)

    def _given(self, key: yaml.Node, node: yaml.Node) -> Given:
        place = self._place(node)
        if isinstance(node, yaml.MappingNode):
            return Given(self._mapping(node), "a mapping", place, self._place(key))
        if isinstance(node, yaml.SequenceNode):
            items = [self._given(item, item) for item in node.value]
            return Given(items, "a list", place, self._place(key))
        return Given(self._scalar(node), _written(node), place, self._place(key))

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Given]:
        data: dict[str, Given] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            if key.tag == _PLAIN and key.value == "<<":
                data |= self._inherited(value)
                continue
            name = self._key(key)
            if name in lines:
                twice = f"key {name!r} is given twice, here and in line {lines[name]}"
                self.warnings.append(f"{self._place(key)}: warning: {twice}; Helm takes this one")
            lines[name] = key.start_mark.line + 1
            data[name] = self._given(key, value)
        return data

    def _inherited(self, node: yaml.Node) -> dict[str, Given]:
        """What `<<: *base` brings in; of several mappings the first wins."""
        data: dict[str, Given] = {}
        for part in reversed(node.value) if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(part, yaml.MappingNode):
                self._refuse(part, "<< takes a mapping, or a list of mappings")
            data |= self._mapping(part)
        return data

    def _key(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(node, "a key must be text")
        try:
            return key_text(self._scalar(node), node.value)
        except ValueError as error:
            self._refuse(node, str(error))

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            if node.tag == _PLAIN:
                value = plain_scalar(node.value)
            else:
                value = tagged_scalar(node.tag.removeprefix(_TAG), node.value)
        except ValueError as error:
            self._refuse(node, str(error))
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse(node, f"{node.value} is a number that JSON does not know")
        return value

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.name, node.start_mark.line + 1, node.start_mark.column + 1)

    def _refuse(self, node: yaml.Node, message: str) -> NoReturn:
        mark = node.start_mark
        raise UnreadableSource(LocatedProblem(mark.line + 1, mark.column + 1, "", message))


class _Loader(yaml.CSafeLoader):
    """Leaves open what an unquoted word is, which go-yaml decides in its own way."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> str:
        if kind is yaml.ScalarNode:
            return _PLAIN if implicit[0] else f"{_TAG}str"
        return f"{_TAG}map"


def _documents(content: bytes) -> Iterator[yaml.Node]:
    with yaml_text(content) as text:
        loader = _Loader(text)
        while loader.check_node():
            root = loader.get_node()
            if root:
                yield root


def _written(node: yaml.Node) -> str:
    if node.tag != _PLAIN and isinstance(node.value, str):
        return f'"{node.value}"'
    return node.value or "null"
