from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import SpecError
from generator.spec.load import load_spec
from tests.spec_files import CONTENT, FOREX

Replacement = tuple[str, str]
Mistakes = Callable[..., list[str]]


@pytest.fixture
def spec_text() -> str:
    return FOREX.read_text()


@pytest.fixture
def errors_in(tmp_path: Path) -> Callable[[str | bytes], list[str]]:
    """Return what the loader says of a text, each line without the name of the file."""

    def load(content: str | bytes) -> list[str]:
        file = tmp_path / "genx-fx.yaml"
        if not (tmp_path / "platform").exists():
            (tmp_path / "platform").symlink_to(CONTENT)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        try:
            load_spec(file)
        except SpecError as error:
            return [line.removeprefix(f"{file}:").strip() for line in error.lines]
        return []

    return load


@pytest.fixture
def mistakes(errors_in: Callable[[str], list[str]], spec_text: str) -> Mistakes:
    """Return what the loader says of FOREX after replacements, without the closing count."""

    def replace(*replacements: Replacement) -> list[str]:
        text = spec_text
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        return errors_in(text)[:-1]

    return replace
