"""docs/messages.md shows what is really printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.messages import DOCUMENT, MISTAKES, Mistake, document, helm_says, is_contradiction
from tests.spec_files import checkout


@pytest.fixture(scope="module")
def spec(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spec that stays as it is, with its chart beside it."""
    return checkout(tmp_path_factory.mktemp("checkout"))


def test_the_document_shows_what_helm_and_genx_fx_print(spec: Path) -> None:
    assert DOCUMENT.read_text() == document(spec), "run python -m tests.messages"


SINGLE = [mistake for mistake in MISTAKES if not is_contradiction(mistake)]


def test_it_shows_twenty_mistakes_and_contradictions() -> None:
    assert (len(SINGLE), len(MISTAKES)) == (20, 21)


@pytest.mark.parametrize("mistake", SINGLE, ids=lambda mistake: mistake.title)
def test_helm_alone_names_the_path_and_what_it_wants(mistake: Mistake, spec: Path) -> None:
    text = helm_says(mistake, spec)

    assert "does not match pattern" not in text
    assert "'allOf' failed" not in text
    assert "'not' failed" not in text
    assert "want" in text or "must be" in text or "not allowed" in text or "missing" in text
