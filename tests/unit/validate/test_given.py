"""Every value knows where it was given; what it is, Helm says."""

from __future__ import annotations

import pytest

from generator.errors import UsageError
from generator.spec.problems import Path
from generator.validate.inputs import Merged
from tests.helm import HELMS
from tests.unit.validate.given import merge


def place(merged: Merged, *path: str | int) -> str:
    return str(merged.given.at(path).value)


def test_every_value_of_a_file_knows_where_it_stands_and_how_it_is_written() -> None:
    given = merge({"v.yaml": 'a:\n  b: [1, {c: "x"}]\n  d: 0x10\n'}).given

    inner = given.at(("a", "b", 1, "c"))

    assert (str(inner.key), str(inner.value), inner.written) == (
        "v.yaml:2:11",
        "v.yaml:2:14",
        '"x"',
    )
    assert given.at(("a", "d")).written == "0x10"
    assert (given.at(("a", "b")).written, given.at(("a", "b")).missing) == (None, 0)
    assert (str(given.at(("a", "b", 7)).key), given.at(("a", "b", 7)).missing) == ("v.yaml:2:3", 1)


def test_the_last_file_or_option_that_gives_a_value_is_its_place() -> None:
    one, two = "a: {x: 1, k: 1, z: 1}\nl: [1, 2]\nm: {n: 1}\n", "a: {k: 2}\nl: [3]\nm: ~\n"

    merged = merge(
        {"one.yaml": one, "two.yaml": two}, ("--set-string", "a.z=2"), ("--set", "a.z=1,o=2", "p=3")
    )

    assert merged.values["a"] == {"x": 1, "k": 2, "z": "2"}
    assert place(merged, "a", "x") == "one.yaml:1:8"
    assert place(merged, "a", "k") == "two.yaml:1:8"
    assert place(merged, "a", "z") == "--set-string a.z=2"
    assert place(merged, "o") == "--set a.z=1,o=2"
    assert place(merged, "p") == "--set p=3"
    assert place(merged, "l", 0) == "two.yaml:2:5"


def test_what_a_later_file_replaces_is_no_place_any_more() -> None:
    files = {"one.yaml": "l: [{a: 1}]\nm: {n: 1}\n", "two.yaml": "l: [{b: 1}]\nm: ~\n"}

    given = merge(files).given

    assert (str(given.at(("l", 0, "a")).value), given.at(("l", 0, "a")).missing) == (
        "two.yaml:1:5",
        1,
    )
    assert (str(given.at(("m", "n")).value), given.at(("m", "n")).missing) == ("two.yaml:2:4", 1)


def test_an_item_that_an_option_only_passes_over_keeps_its_place() -> None:
    merged = merge({"v.yaml": "l: [1, 2]\n"}, ("--set", "l[1]=3"))

    assert merged.values == {"l": [1, 3]}
    assert [place(merged, "l", index) for index in (0, 1)] == ["v.yaml:1:5", "--set l[1]=3"]


def test_what_is_not_given_has_the_place_of_what_is_nearest() -> None:
    merged = merge({"v.yaml": "a: {b: {}}\n"}, ("--set", "c.d=1"))

    assert place(merged, "a", "b", "x", "z") == "v.yaml:1:8"
    assert place(merged, "c", "x") == "--set c.d=1"
    assert str(merge({}).given.at(("a",)).value) == "the defaults of the chart"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("global.secrets.values=1,c=2", "--set-json global.secrets.values=…"),
        ("a.b=1,c=2", "--set-json a.b=1,c=2"),
        ('global.secrets.values={"A":"="}', "--set-json global.secrets.values=…"),
        ('{"global":{"secrets":{"values":{"A":"="}}}}', "--set-json …"),
    ],
)
def test_an_option_is_shown_without_secrets(text: str, shown: str) -> None:
    merged = merge({}, ("--set-json", text))

    assert place(merged, *list(merged.values)[:1]) == shown


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("base: &b {x: 1}\nmore: {<<: *b, y: 2}\n", ("more", "x"), "v.yaml:1:14"),
        ("base: &b {x: 1}\nmore: {x: 2, <<: *b}\n", ("more", "x"), "v.yaml:2:11"),
        ("a: &a {x: 1}\nb: &b {x: 2}\nc: {<<: [*a, *b]}\n", ("c", "x"), "v.yaml:1:11"),
        ("base: &b [1, 2]\ncopy: *b\n", ("copy", 1), "v.yaml:1:14"),
        ("a: 1\na: 2\n", ("a",), "v.yaml:2:4"),
        ("\ufeffa: 1\n", ("a",), "v.yaml:1:4"),
        ("---\na: 1\n...\n", ("a",), "v.yaml:2:4"),
        ("? a\n: b\n", ("a",), "v.yaml:2:3"),
        ("a: !own 5\n", ("a",), "v.yaml:1:4"),
        ("a: |\n  text\n", ("a",), "v.yaml:1:4"),
    ],
)
def test_places_are_right_in_what_yaml_can_do(text: str, path: Path, expected: str) -> None:
    assert place(merge({"v.yaml": text}), *path) == expected


def test_a_key_that_is_given_twice_is_warned_of() -> None:
    assert merge({"v.yaml": "b: &b {a: 1, a: 3}\nc: *b\n"}).warnings == [
        "v.yaml:1:14: warning: key 'a' is given twice, here and in line 1; Helm takes this one"
    ]


@pytest.mark.parametrize("helm", HELMS)
def test_helm_3_reads_only_the_first_document_which_is_warned_of(helm: str) -> None:
    merged = merge({"v.yaml": "a: 1\n---\n---\na: 2\n"}, helm=helm)

    read = {"helm3": (1, "v.yaml:1:4"), "helm4": (2, "v.yaml:4:4")}
    assert (merged.values["a"], place(merged, "a")) == read[helm]
    assert merged.warnings == [
        "v.yaml:4:1: warning: Helm 3 reads nothing from here on; Helm 4 merges all documents"
    ]


@pytest.mark.parametrize("text", ["", "~\n", "# nothing\n", "---\n---\n"])
def test_an_empty_file_gives_nothing(text: str) -> None:
    merged = merge({"v.yaml": text, "w.yaml": "a: 1\n"}, defaults={"b": 1})

    assert merged.values == {"a": 1, "b": 1}
    assert merged.warnings == []


UNREADABLE = {
    "a: 1\n b: 2\n": "v.yaml:2:3: not YAML: ",
    "a: [1\n": "v.yaml:2:1: not YAML: ",
    "a:\n\t- 1\n": "v.yaml:2:1: not YAML: a tab stands where YAML wants spaces",
    "- 1\n- 2\n": "v.yaml:1:1: a list is given, and a values file holds a mapping",
    "text\n": "v.yaml:1:1: text is given, and a values file holds a mapping",
    "a: *nobody\n": "v.yaml:1:4: not YAML: ",
    "a: .inf\n": "v.yaml: Helm can't read it: unsupported value: +Inf",
    "~: 1\n": "v.yaml: Helm can't read it: unsupported map key",
    "[a, b]: 1\n": "v.yaml: Helm can't read it: invalid map key",
    "a: !!int word\n": "v.yaml: Helm can't read it: cannot decode !!str `word` as a !!int",
    "a: &a [*a]\n": "v.yaml: Helm can't read it: anchor 'a' value contains itself",
    "a: {<<: 5}\n": "v.yaml: Helm can't read it: map merge requires map",
}


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize("text", UNREADABLE)
def test_a_file_that_helm_can_not_read_is_named_in_one_line(helm: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        merge({"v.yaml": text}, helm=helm)

    [line] = caught.value.lines
    assert line.startswith(UNREADABLE[text])
    assert "\n" not in line


def test_an_option_that_does_not_fit_the_file_is_refused_in_the_words_of_helm() -> None:
    with pytest.raises(UsageError) as caught:
        merge({"v.yaml": "a: {b: 5}\n"}, ("--set", "a.b.c=1"))

    [line] = caught.value.lines
    assert line.startswith("Helm: failed parsing --set data: ")
