from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference.common.logs import FileHandler


@pytest.fixture
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def handler(tmp_path: Path, output: io.StringIO) -> Iterator[FileHandler]:
    handler = FileHandler(tmp_path / "logs" / "api.log", logging.StreamHandler(output))
    yield handler
    handler.close()


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("test", logging.INFO, __file__, 0, text, None, None)


def test_log_that_cannot_be_written_is_told_once(handler: FileHandler, output: io.StringIO) -> None:
    for number in range(3):
        handler.handle(record(f"line {number}"))
    assert output.getvalue().count("can't be written") == 1


def test_log_goes_on_once_it_can_be_written(
    handler: FileHandler, output: io.StringIO, tmp_path: Path
) -> None:
    handler.handle(record("lost"))
    (tmp_path / "logs").mkdir()
    handler.handle(record("kept"))
    handler.handle(record("kept too"))
    assert (tmp_path / "logs" / "api.log").read_text() == "kept\nkept too\n"
    assert output.getvalue().count("can be written again") == 1


def test_full_disk_is_told_once_and_tried_again_by_every_record(output: io.StringIO) -> None:
    handler = FileHandler(Path("/dev/full"), logging.StreamHandler(output))
    for number in range(3):
        handler.handle(record(f"line {number}"))
    handler.close()
    assert output.getvalue().count("No space left on device") == 1
    assert "again" not in output.getvalue()


def test_log_file_stays_small(handler: FileHandler, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    for _ in range(40):
        handler.handle(record("x" * 100_000))
    sizes = [path.stat().st_size for path in (tmp_path / "logs").iterdir()]
    assert len(sizes) == 2
    assert sum(sizes) <= 2 * 2**20
