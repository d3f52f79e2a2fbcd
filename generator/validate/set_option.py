"""`--set` and `--set-string`, read as Helm reads them, with the option as the place.

A port of https://github.com/helm/helm/blob/main/pkg/strvals/parser.go, which is the only
description of the format.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from generator.spec.problems import Path, path_text
from generator.validate.given import Given, Place

MOST_ITEMS, MOST_LEVELS = 65536, 30

_WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
_WORDS = {"true": True, "false": False, "null": None, "0": 0}


class SetError(Exception):
    """Helm does not understand the option either."""


def apply_set(values: Given, option: str, text: str) -> None:
    """Set in `values` what the text says; `option` is --set or --set-string."""
    _Parser(values, option, text).parse()


class _Parser:
    """Reads on until the end of the text; methods say whether they have come there."""

    def __init__(self, values: Given, option: str, text: str) -> None:
        self.values, self.option, self.text = values, option, text
        self.position = 0
        self.place = Place(option)

    def parse(self) -> None:
        ended = False
        while not ended:
            start, self.place = self.position, Place(self.option)
            ended = self._key(self.values.data, (), 0)
            assignment = self.text[start : self.position].removesuffix(",")
            self.place.source = f"{self.option} {assignment}"

    def _key(self, data: dict[str, Given], above: Path, level: int) -> bool:
        name, stop = self._until("=[,.")
        path = (*above, name)
        if stop is None:
            if name:
                self._fail(f"key {name!r} has no value")
            return True
        if stop == ",":
            self._fail(f"key {name!r} has no value")
        if stop == "[":
            return self._list(data, path)
        if stop == ".":
            return self._mapping(data, path, level + 1)
        value, ended = self._value()
        self._set(data, name, value)
        return ended

    def _list(self, data: dict[str, Given], path: Path) -> bool:
        name = str(path[-1])
        index = self._index()
        items = list(self._known(data[name], list, path)) if name in data else []
        ended = self._item(items, index, (*path, index))
        self._set(data, name, items)
        return ended

    def _mapping(self, data: dict[str, Given], path: Path, level: int) -> bool:
        if level > MOST_LEVELS:
            self._fail(f"more than {MOST_LEVELS} levels")
        name = str(path[-1])
        inner = self._known(data[name], dict, path) if name in data else {}
        ended = self._key(inner, path, level)
        if inner:
            # What stands there keeps its place: one key of it was set, not all.
            if name not in data:
                self._set(data, name, inner)
        elif not ended:
            self._fail(f"key {name!r} has no value")
        return ended

    def _item(self, items: list[Given], index: int, path: Path) -> bool:
        """Set one item of a list; after `.key=` at the very end Helm forgets a new item."""
        if index > MOST_ITEMS:
            self._fail(f"index {index} is more than {MOST_ITEMS}")
        rest, stop = self._until("[.=")
        if rest:
            self._fail(f"{rest!r} stands after the index {index}")
        if stop is None:
            return True
        if stop == "=":
            value, _ = self._value()
            self._set_item(items, index, value)
            return False
        old = items[index] if index < len(items) else None
        if stop == "[":
            inner_index = self._index()
            is_there = old is not None and old.data is not None
            inner = list(self._known(old, list, path)) if old and is_there else []
            ended = self._item(inner, inner_index, (*path, inner_index))
            if not ended:
                self._set_item(items, index, inner)
            return ended
        if old and isinstance(old.data, dict):
            return self._key(old.data, path, 0)
        fields: dict[str, Given] = {}
        if index < len(items):
            items[index] = self._given(fields)
        ended = self._key(fields, path, 0)
        if not ended:
            self._set_item(items, index, fields)
        return ended

    def _index(self) -> int:
        text, stop = self._until("]")
        if stop is None or not _WHOLE.fullmatch(text):
            self._fail(f"[{text} is no index such as [0]")
        if int(text) < 0:
            self._fail(f"index {text} is negative")
        return int(text)

    def _value(self) -> tuple[Any, bool]:
        """What follows `=`, and whether nothing did."""
        if self.position == len(self.text):
            return "", True
        if self.text[self.position] != "{":
            return self._typed(self._until(",")[0]), False
        self.position += 1
        items: list[Given] = []
        while True:
            text, stop = self._until(",}")
            if stop is None:
                self._fail("a list must end with }")
            items.append(self._given(self._typed(text)))
            if stop == "}":
                if self.text[self.position : self.position + 1] == ",":
                    self.position += 1
                return items, False

    def _typed(self, text: str) -> Any:
        if self.option == "--set-string":
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _WHOLE.fullmatch(text) and not text.startswith("0") and -(2**63) <= int(text) < 2**63:
            return int(text)
        return text

    def _until(self, stops: str) -> tuple[str, str | None]:
        """Text up to one of these characters, without backslashes, and that character."""
        read: list[str] = []
        while self.position < len(self.text):
            character = self.text[self.position]
            self.position += 1
            if character in stops:
                return "".join(read), character
            if character != "\\":
                read.append(character)
            elif self.position < len(self.text):
                read.append(self.text[self.position])
                self.position += 1
        return "".join(read), None

    def _set(self, data: dict[str, Given], name: str, value: Any) -> None:
        if name:  # Helm drops what has an empty key
            data[name] = self._given(value)

    def _set_item(self, items: list[Given], index: int, value: Any) -> None:
        items += [self._given(None) for _ in range(len(items), index + 1)]
        items[index] = self._given(value)

    def _given(self, data: Any) -> Given:
        return Given(data, _written(data), self.place, self.place)

    def _known(self, given: Given, kind: type, path: Path) -> Any:
        if not isinstance(given.data, kind):
            wanted = "list" if kind is list else "mapping"
            self._fail(f"{path_text(path)} is {given.written}, and no {wanted}")
        return given.data

    def _fail(self, message: str) -> NoReturn:
        raise SetError(f"{self.option} {self.text}: {message}")


def _written(data: Any) -> str:
    if isinstance(data, (dict, list)):
        return "a mapping" if isinstance(data, dict) else "a list"
    if data is None or isinstance(data, bool):
        return "null" if data is None else str(data).lower()
    return str(data) or '""'
