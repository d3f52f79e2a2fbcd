"""What the emitter writes, every reader of YAML reads back as it was."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from generator.values.tree import Section, Value
from generator.values.yaml_text import WIDTH, comment_lines, data_text, scalar, tree_text
from tests.helm import HELMS, run_helm

# What YAML 1.1, YAML 1.2 or a YAML writer are known to take for something else.
TREACHEROUS = [
    *("", " ", "~", "null", "Null", "NULL", "nil", "None", "y", "N", "yes", "No", "on", "OFF"),
    *("true", "True", "FALSE", "t", "1e3", "1E3", "1e-3", ".5", "5.", "+1", "-1", "0x1F", "0o17"),
    *("017", "0b1", "1_000", "1:30", "190:20:30", "12:30:45", "2001-01-01", "2001-12-14t21:59:43Z"),
    *(
        ".inf",
        "-.Inf",
        ".nan",
        "NaN",
        "inf",
        "infinity",
        "=",
        "<<",
        "-",
        "- a",
        "?",
        "? a",
        ":",
        "a:",
    ),
    *(
        "a: b",
        "a #b",
        "#a",
        "@a",
        "`a`",
        "!a",
        "&a",
        "*a",
        "%a",
        "|",
        ">",
        "[a]",
        "{a: b}",
        ",",
        "'a",
    ),
    *(
        '"a',
        "a'b",
        'a"b',
        "a\\b",
        "\\",
        "---",
        "...",
        "--- a",
        " a",
        "a ",
        "a\n",
        "\na",
        "a\nb",
        "\t",
    ),
    *(
        "a\tb",
        "\r",
        "\r\n",
        "\0",
        "\x07",
        "\x1b",
        "\x7f",
        "\x85",
        "\xa0",
        "\u2028",
        "\u2029",
        "\ufeff",
    ),
    *(
        "é",
        "…",
        "😀",
        "\ue000",
        "\ufffd",
        "\U0010ffff",
        "{{ .Values.x }}",
        "$(X)",
        "@{ x }@",
        "512Mi",
    ),
    *("250m", "1h", "10", "1.5", "1.2.3", "a-b_c.d/e f", "/", "a/", "x" * 300, "x " * 300),
    *("1Gi2", "9" * 400 + "m"),
]
TEXT = st.text() | st.sampled_from(TREACHEROUS) | st.from_regex(r"[-+.0-9eExoinfa_:]{1,8}")
SCALARS = TEXT | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4)
)
# Helm reads numbers as JSON does and drops the key of a null.
HELM_DATA = st.recursive(
    TEXT | st.booleans() | st.integers(-(2**53), 2**53),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)
# Comments of people: any text but control characters, which a spec refuses.
COMMENTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")) | st.sampled_from("\n\t\x85"),
    min_size=1,
)
# No deadlines: they fail where the machine is busy, and not where the code is wrong.
MANY = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Each example starts Helm, and shrinking would start it a thousand times.
FEW = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def read(text: str) -> Any:
    return yaml.load(text, Loader=yaml.CSafeLoader)


@pytest.mark.parametrize("text", TREACHEROUS)
def test_treacherous_text_stays_text(text: str) -> None:
    assert read(f"key: {scalar(text)}\n") == {"key": text}
    assert read(f"- {scalar(text)}\n") == [text]
    assert read(f"{scalar(text)}: 1\n") == {text: 1}


@MANY
@given(SCALARS)
def test_every_scalar_reads_back_in_python(value: Any) -> None:
    found = read(f"key: {scalar(value)}\n")["key"]
    assert (found, type(found)) == (value, type(value))


@MANY
@given(st.dictionaries(TEXT, DATA, min_size=1))
def test_all_data_reads_back_in_python(data: dict[str, Any]) -> None:
    assert read(data_text(data)) == data


@pytest.mark.parametrize("helm", HELMS)
def test_treacherous_text_reads_back_in_helm(helm: str, tmp_path: Path) -> None:
    assert read_by_helm(helm, tmp_path, TREACHEROUS) == TREACHEROUS


@FEW
@given(items=st.lists(HELM_DATA, min_size=10, max_size=30))
@example(items=[["1e3", ["yes", {"0o17": "~"}]], {"y": {"n": ["1e3"]}}])
def test_all_data_reads_back_in_helm(items: list[Any], tmp_path: Path) -> None:
    assert read_by_helm("helm4", tmp_path, items) == items


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("genxdb_fx_db", "genxdb_fx_db"),
        ("IfNotPresent", "IfNotPresent"),
        ("/var/lib/mysql", "/var/lib/mysql"),
        ("512Mi", "512Mi"),
        ("1.0", '"1.0"'),
        ("", '""'),
        ("false", '"false"'),
        ("1e3", '"1e3"'),
    ],
)
def test_what_is_plainly_a_word_stays_plain(text: str, written: str) -> None:
    assert scalar(text) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [([], "[]"), ({}, "{}"), (True, "true"), (8080, "8080"), (10**6, "1000000")],
)
def test_what_is_no_text(value: Any, written: str) -> None:
    assert scalar(value) == written


def test_a_tree_is_written_with_its_comments() -> None:
    tree = Section(
        "All",
        {
            "api": Section(
                "REST API",
                {
                    "replicas": Value(2, "Pods", {}, bounds="1 to 50"),
                    "enabled": Value(True, "Enabled", {}),
                    "list": Value([{"a": "1", "b": [1, 2]}, "x"], "A list", {}),
                },
            ),
            "name": Value("", "Name of it", {}),
        },
    )
    assert tree_text(tree) == (
        "# REST API\n"
        "api:\n"
        "  replicas: 2  # Pods (1 to 50)\n"
        "  enabled: true\n"
        "  list:  # A list\n"
        '    - a: "1"\n'
        "      b:\n"
        "        - 1\n"
        "        - 2\n"
        "    - x\n"
        "\n"
        "# Name of it\n"
        'name: ""\n'
    )


@MANY
@given(
    about=st.lists(st.from_regex(r"[!-~]{1,30}", fullmatch=True), min_size=1).map(" ".join),
    depth=st.integers(0, 4),
)
def test_comments_stay_within_the_width(about: str, depth: int) -> None:
    tree: Value | Section = Value(True, about, {})
    for _ in range(depth):
        tree = Section("Outer", {"key": tree})
    text = tree_text(Section("", {"key": tree}))
    assert all(len(line) <= WIDTH for line in text.splitlines())
    written = " ".join(re.findall(r"# ?(.*)", text))
    assert about.split()[-1] in written


@MANY
@given(about=COMMENTS, depth=st.integers(0, 2))
@example(about="first line\nsecond: line", depth=1)
@example(about="first line\nsecond: line", depth=0)
def test_no_comment_changes_what_is_read(about: str, depth: int) -> None:
    tree: Value | Section = Value("default", about, {}, bounds=about)
    for _ in range(depth):
        tree = Section(about, {"key": tree})
    section = Section(about, {"first": Value(1, "First", {}), "key": tree})
    assert read(tree_text(section)) == section.defaults()


def test_a_long_word_does_not_break_a_comment() -> None:
    assert all(line.startswith("  # ") for line in comment_lines("word " * 40 + "x" * 150, 2))


def read_by_helm(helm: str, folder: Path, items: list[Any]) -> Any:
    """The items as Helm reads them from values.yaml."""
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: read, version: 0.1.0}\n")
    (folder / "values.yaml").write_text(data_text({"items": items}))
    # In base64, so that nothing but values.yaml is put to the test.
    template = "read: {{ .Values.items | toJson | b64enc }}\n"
    (folder / "templates/read.yaml").write_text(template)
    return json.loads(
        base64.b64decode(read(run_helm(helm, "template", "read", str(folder)))["read"])
    )
