"""YAML text as plain data, with the line and column of every key and value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

from generator.spec.problems import LocatedProblem, Path, Problem, path_text

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_READS_AS = {"bool": "true or false", "int": "a number", "float": "a number"}
_SCALAR_TAGS = {_TAG + name for name in ("str", "null", *_READS_AS)}


class UnreadableSource(Exception):
    """The text is no YAML, so that nothing else can be said about it."""

    def __init__(self, problem: LocatedProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@contextmanager
def yaml_text(content: bytes) -> Iterator[str]:
    """Yield the text of a YAML file; where it can't be read on, UnreadableSource says why."""
    text = _decoded(content)
    try:
        yield text
    except yaml.MarkedYAMLError as error:
        raise UnreadableSource(_syntax_problem(text, error)) from None
    except yaml.reader.ReaderError as error:
        raise UnreadableSource(_character_problem(text, chr(int(error.character)))) from None
    except RecursionError:
        message = "nested too deeply, or an alias contains itself"
        raise UnreadableSource(LocatedProblem(1, 1, "", message)) from None
    except ValueError as error:
        raise UnreadableSource(LocatedProblem(1, 1, "", f"not YAML: {error}")) from None


class Document:
    """A document of YAML text, with the place of every key and value."""

    def __init__(self, root: yaml.Node) -> None:
        self.root = root

    def way(self, path: Path) -> list[tuple[yaml.Node, yaml.Node]]:
        """Return key and value of the document and of each step along a path, as far as it goes."""
        found = [(self.root, self.root)]
        for part in path:
            entry = next((e for e in _children(found[-1][1]) if e[0] == part), None)
            if entry is None:
                break
            found.append(entry[1:])
        return found

    def repeated_keys(self) -> Iterator[LocatedProblem]:
        """Yield keys that are given twice in one mapping, in the order of the text."""
        seen, waiting = set[int](), [self.root]
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, yaml.MappingNode):
                for key, message in _repeated(node):
                    yield _fault(key, (), message)
            waiting += [value for _, _, value in _children(node)]


def documents(content: bytes) -> list[Document]:
    """Return the documents of a YAML file. Raises UnreadableSource."""
    with yaml_text(content) as text:
        loader = _Loader(text)
        found = []
        while loader.check_node():
            if root := loader.get_node():
                found.append(Document(root))
        return found


class Source(Document):
    """A YAML document: its data, and what would surprise the person who wrote it.

    `data` has text as keys throughout. `problems` are duplicate keys, keys that are no text,
    empty values, and text that YAML reads as something else, such as a date.
    Raises UnreadableSource.
    """

    def __init__(self, content: bytes) -> None:
        with yaml_text(content) as text:
            loader = _Loader(text)
            super().__init__(loader.get_single_node() or yaml.MappingNode(f"{_TAG}map", []))
            self.problems = list(_faults(self.root, ()))
            self.data: Any = loader.construct_document(self.root)

    def located(self, problem: Problem) -> LocatedProblem:
        """Return the problem with the place in the text to which its path leads, if it does."""
        key, value = self._entry(problem.path)
        node = value if value and not problem.at_key else key
        return LocatedProblem(*position(node), path_text(problem.path), problem.message)

    def written(self, path: Path) -> str:
        """Return what stands at `path`, for a message: scalars as they are written."""
        node = self._entry(path)[1]
        if isinstance(node, yaml.MappingNode):
            return "a mapping"
        if isinstance(node, yaml.SequenceNode):
            return "a list"
        if node is None:
            return "nothing"
        return repr(node.value) if node.tag == f"{_TAG}str" else node.value

    def is_not_text(self, path: Path) -> str | None:
        """Return the message for a value that was meant as text, where YAML reads it as another."""
        node = self._entry(path)[1]
        reads_as = _READS_AS.get(node.tag.removeprefix(_TAG)) if node else None
        if node is None or reads_as is None:
            return None
        return f"{node.value} is given, which YAML reads as {reads_as}; for text put it in quotes"

    def _entry(self, path: Path) -> tuple[yaml.Node, yaml.Node | None]:
        """Return the node of the last key on the way that is there, and the value where all are."""
        way = self.way(path)
        key, value = way[-1]
        return key, value if len(way) > len(path) else None


class _Loader(yaml.CSafeLoader):
    """Reads keys as they are written: a key is text, also where YAML sees a number."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[str, Any]:
    loader.flatten_mapping(node)
    return {
        key.value: loader.construct_object(value, deep=True)
        for key, value in node.value
        if isinstance(key, yaml.ScalarNode)
    }


_Loader.add_constructor(f"{_TAG}map", _mapping)


def _children(node: yaml.Node) -> Iterator[tuple[str | int, yaml.Node, yaml.Node]]:
    """Yield keys and values below a node; of a key that is there twice, the last comes first."""
    if isinstance(node, yaml.MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                yield key.value, key, value
        for key, value in node.value:
            if key.tag == _MERGE:
                for base in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    yield from _children(base)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield index, value, value


def _faults(node: yaml.Node, path: Path) -> Iterator[LocatedProblem]:
    if isinstance(node, yaml.MappingNode):
        yield from _key_faults(node, path)
    elif node.tag == f"{_TAG}null":
        yield _fault(node, path, "nothing is given; give a value or leave the key out")
    elif isinstance(node, yaml.ScalarNode) and node.tag not in _SCALAR_TAGS:
        yield _fault(node, path, f"{node.value!r} has a meaning of its own in YAML; quote it")
        node.tag = f"{_TAG}str"
    for key, _, value in _children(node):
        yield from _faults(value, (*path, key))


def _key_faults(node: yaml.MappingNode, path: Path) -> Iterator[LocatedProblem]:
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            yield _fault(key, path, "a key must be text")
        elif key.tag not in (f"{_TAG}str", _MERGE):
            yield _fault(key, (*path, key.value), f"the key {key.value!r} must be in quotes")
    for key, message in _repeated(node):
        yield _fault(key, (*path, key.value), message)


def _repeated(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, str]]:
    """Yield keys that stand in a mapping already, and the message for each."""
    lines: dict[str, int] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode):
            if key.value in lines:
                line = lines[key.value]
                yield key, f"key {key.value!r} is given twice, here and in line {line}"
            lines.setdefault(key.value, position(key)[0])


def _fault(node: yaml.Node, path: Path, message: str) -> LocatedProblem:
    return LocatedProblem(*position(node), path_text(path), message)


def position(node: yaml.Node) -> tuple[int, int]:
    """Return line and column of a node, counted from 1."""
    mark = node.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", errors="replace")
        message = f"not UTF-8: byte 0x{content[error.start]:02x}"
        raise UnreadableSource(_at_end_of(before, message)) from None


def _syntax_problem(text: str, error: yaml.MarkedYAMLError) -> LocatedProblem:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    message = ", ".join(part for part in (error.context, error.problem) if part)
    lines = text.splitlines()
    if line <= len(lines) and lines[line - 1][column - 1 :].startswith("\t"):
        message = "a tab stands where YAML wants spaces"
    return LocatedProblem(line, column, "", f"not YAML: {message}")


def _character_problem(text: str, character: str) -> LocatedProblem:
    before = text.partition(character)[0]
    return _at_end_of(before, f"not YAML: control character {character!r}")


def _at_end_of(before: str, message: str) -> LocatedProblem:
    last_line = before.rpartition("\n")[2]
    return LocatedProblem(before.count("\n") + 1, len(last_line) + 1, "", message)
