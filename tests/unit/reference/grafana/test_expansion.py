"""What Grafana does in pkg/setting/expanders.go and pkg/services/provisioning/values/values.go."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference.grafana.expansion import expand_provisioned, expand_setting
from tests.passwords import PASSWORDS

ENVIRONMENT = {
    "HOST": "db",
    "PASSWORD": "p$ss",
    "TWICE": "a${HOST}b$HOST",
    "NESTED": "$__env{HOST}",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$HOST", "db"),
        ("${HOST}:3306", "db:3306"),
        ("$__env{HOST}", "db"),
        ("$$HOST", "$HOST"),
        ("50$", "50$"),
        ("a $ b", "a $ b"),
        ("$HOST:$HOST", "db:db"),
        ("$1", ""),
        ("a${}b", "ab"),
    ],
)
def test_environment_is_put_in(text: str, expected: str) -> None:
    assert expand_provisioned({"a": [text, 1]}, ENVIRONMENT) == {"a": [expected, 1]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$PASSWORD", "p$ss"),
        ("${PASSWORD}", "p"),  # and $ss is looked up, which is nothing
        ("$__env{PASSWORD}", "p"),
        ("$TWICE", "a${HOST}b$HOST"),
        ("${TWICE}", "adbbdb"),
        ("${NESTED}", "{HOST}"),  # $__env is a name to the second look
    ],
)
def test_what_comes_of_braces_is_looked_at_again(text: str, expected: str) -> None:
    assert expand_provisioned(text, ENVIRONMENT) == expected


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_without_braces_any_password_stays_as_it_is(password: str) -> None:
    assert expand_provisioned("$GIVEN", {"GIVEN": password}) == password


@pytest.mark.parametrize("text", ["$NOWHERE", "${NOWHERE}", "$__env{NOWHERE}"])
def test_a_variable_that_is_not_set_is_an_error_here(text: str) -> None:
    with pytest.raises(KeyError, match="NOWHERE"):
        expand_provisioned(text, ENVIRONMENT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${HOST}", "db"),
        ("$HOST", "$HOST"),  # without braces it is a text
        ("$__env{TWICE}", "a${HOST}b$HOST"),  # once
        ("${NOWHERE}", ""),
    ],
)
def test_settings_are_expanded_once_and_by_braces_alone(text: str, expected: str) -> None:
    assert expand_setting(text, ENVIRONMENT) == expected


def test_file_is_put_in(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s\n")
    assert expand_setting(f"$__file{{{tmp_path}/secret}}", {}) == "s"
    assert expand_provisioned(f"$__file{{{tmp_path}/secret}}", {}) == "s"


def test_file_that_a_variable_names_is_put_in_too(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s")
    assert expand_setting("${NAMED}", {"NAMED": f"$__file{{{tmp_path}/secret}}"}) == "s"
