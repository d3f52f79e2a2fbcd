from __future__ import annotations

from collections.abc import Callable

import pytest

from tools.kind_node.cache import BuildError
from tools.kind_node.command_line import exit_status


class Mistake(Exception):
    """An error of one program's own."""


class Severe(Mistake):
    exit_status = 3


def failing(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


def test_a_command_that_ends_well_is_told_by_its_status_alone(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert exit_status(lambda: None) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (BuildError("cannot build ct: no space"), 1, "error: cannot build ct: no space\n"),
        (Mistake("no such node"), 1, "error: no such node\n"),
        (Severe("no engine"), 3, "error: no engine\n"),
        (
            PermissionError(13, "Permission denied", "/x"),
            1,
            "error: cannot use /x: Permission denied\n",
        ),
        (OSError(28, "No space left on device"), 1, "error: No space left on device\n"),
        (ConnectionResetError("peer left"), 1, "error: peer left\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_an_error_is_one_line_and_a_status(
    capsys: pytest.CaptureFixture[str], error: BaseException, status: int, message: str
) -> None:
    assert exit_status(failing(error), Mistake) == status
    assert capsys.readouterr().err == message


def test_an_error_that_nobody_expects_is_not_hidden() -> None:
    with pytest.raises(Mistake):
        exit_status(failing(Mistake("a defect")))
