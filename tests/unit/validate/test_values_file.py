"""Values files are read as Helm 3 and Helm 4 read them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generator.validate.given import Given
from generator.validate.values_file import UnreadableValues, ValuesFile
from tests.helm import HELMS, HelmError
from tests.unit.validate.real_helm import helm_values

# What stands after the colon, each under a key of its own.
SCALARS = """
2e9 1e3 1.5e3 2E9 1e+3 1e-3 1e400 1e 1.0 0.1 1. . .5 -.5 +.5 5. .5e3 1_000 1_0.5 _1 1_ 1__0
0 -0 +1 -1 0o17 0O17 017 -017 089 08.5 0o8 0x1F 0X1F -0x1F 0x 0x_1 0b101 0B1 -0b11 0b2
12345678901234567890 123456789012345678901234567890 9007199254740993 18446744073709551615
18446744073709551616 -9223372036854775808 -9223372036854775809 0xFFFFFFFFFFFFFFFFFF
yes Yes YES yEs y Y no No NO n N on On ON oN off OFF true True TRUE TrUE false False FALSE
~ null Null NULL nULL nil none
1:30 1:30:15 2024-01-01 2024-01-01T00:00:00Z 6Gi 250m 100% = /tmp a-b
"""
TAGGED = ["!!str 1", '!!int "3"', "!!float 3", '!!bool "yes"', "!!binary aGVsbG8=", "!own 5"]
QUOTED = ['"1"', '"yes"', '""', "'017'", "'null'", r'"\u00e9"', '"2e9"']
NESTED = ["", "[]", "{}", "[1,yes,~]", "{a: 1, b: no}"]

DOCUMENTS = {
    "keys": "1: a\n1.5: b\nyes: c\n0x10: d\n'on': e\n017: f\n",
    "anchors": "base: &base {x: 1, y: [1, 2]}\ncopy: *base\nmore: {<<: *base, x: 2}\n",
    "merge overrides what stands before it": "base: &b {x: 1}\nmore: {x: 2, <<: *b}\n",
    "first of several merges wins": "a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], z: 3}\n",
    "the last of two equal keys": "a: {x: 1}\na: {y: 2}\n",
    "text blocks": "a: |\n  one\n  two\nb: >-\n  one\n  two\nc: |+\n  x\n\n",
    "only comments": "# nothing\n",
    "empty": "",
    "null": "~\n",
    "start of a document": "---\na: 1\n",
    "end of a document": "a: 1\n...\n",
    "null in a list": "a: [~, 1]\n",
    "flow": '{a: {b: [1, {c: "d"}]}, "e": f}\n',
    "byte order mark": "\ufeffa: 1\n",
}

REFUSED = {
    "a: 1\n b: 2\n": "2:3: not YAML: ",
    "a: [1\n": "2:1: not YAML: ",
    "a:\n\t- 1\n": "2:1: not YAML: ",
    "- 1\n- 2\n": "1:1: a list is given, and a values file holds a mapping",
    "text\n": "1:1: text is given, and a values file holds a mapping",
    "a: .inf\n": "1:4: .inf is a number that JSON does not know",
    "a: .nan\n": "1:4: .nan is a number that JSON does not know",
    "~: 1\n": "1:1: a key must be text, not null",
    "[a, b]: 1\n": "1:1: a key must be text",
    "a: !!int word\n": "1:4: 'word' is no int",
    "a: *nobody\n": "1:4: not YAML: ",
    "a: &a [*a]\n": "1:1: nested too deeply, or an alias contains itself",
    "a: {<<: 5}\n": "1:9: << takes a mapping, or a list of mappings",
}


def read(text: str) -> Given:
    return ValuesFile("v.yaml", text.encode()).values


def scalars() -> dict[str, str]:
    words = [*SCALARS.split(), *TAGGED, *QUOTED, *NESTED]
    return {f"k{number}": word for number, word in enumerate(words)}


def as_helm_shows(value: Any) -> Any:
    """Through the JSON of Go, which writes whole floats without a point."""
    if isinstance(value, dict):
        return {key: as_helm_shows(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_helm_shows(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def same(ours: Any, theirs: Any) -> bool:
    return json.dumps(as_helm_shows(ours)) == json.dumps(as_helm_shows(theirs))


@pytest.mark.parametrize("helm", HELMS)
def test_scalars_are_what_helm_takes_them_for(helm: str) -> None:
    words = scalars()
    text = "".join(f"{key}: {word}\n" for key, word in words.items())

    theirs, ours = helm_values(helm, files={"v.yaml": text}), read(text).plain()

    wrong = {words[k]: (ours[k], theirs.get(k)) for k in words if not same(ours[k], theirs.get(k))}
    assert not wrong
    assert len(words) > 100


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_are_what_helm_takes_them_for(helm: str, name: str) -> None:
    theirs = helm_values(helm, files={"v.yaml": DOCUMENTS[name]})

    assert as_helm_shows(read(DOCUMENTS[name]).plain()) == as_helm_shows(theirs)


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("text", REFUSED)
def test_what_helm_can_not_read_is_refused_with_its_place(helm: str, text: str) -> None:
    with pytest.raises(HelmError):
        helm_values(helm, files={"v.yaml": text})
    with pytest.raises(UnreadableValues) as caught:
        read(text)

    assert str(caught.value).startswith(f"v.yaml:{REFUSED[text]}")


def test_every_value_knows_where_it_stands_and_how_it_is_written() -> None:
    values = read('a:\n  b: [1, {c: "x"}]\n')

    inner, is_there = values.at(("a", "b", 1, "c"))

    assert (str(inner.key), str(inner.place), inner.written) == (
        "v.yaml:2:11",
        "v.yaml:2:14",
        '"x"',
    )
    assert is_there
    assert values.at(("a", "b", 7)) == (values.data["a"].data["b"], False)


def test_a_key_that_is_given_twice_is_warned_of() -> None:
    assert ValuesFile("v.yaml", b"a: 1\nb: 2\na: 3\n").warnings == [
        "v.yaml:3:1: warning: key 'a' is given twice, here and in line 1; Helm takes this one"
    ]


def test_helm_3_reads_only_the_first_document_which_is_warned_of() -> None:
    text = "a: 1\nc: {x: 1}\n---\nb: 2\nc: {z: 2}\n"
    first, all_of_it = {"a": 1, "c": {"x": 1}}, {"a": 1, "b": 2, "c": {"x": 1, "z": 2}}

    file = ValuesFile("v.yaml", text.encode())

    assert helm_values("helm3", files={"v.yaml": text}) == first
    assert helm_values("helm4", files={"v.yaml": text}) == all_of_it == file.values.plain()
    assert file.warnings == [
        "v.yaml:4:1: warning: Helm 3 reads nothing from here on; Helm 4 merges all documents"
    ]
