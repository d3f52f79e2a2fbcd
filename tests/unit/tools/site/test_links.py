from __future__ import annotations

import pytest

from tests.helm import ROOT
from tools.site.links import Links

LINKS = Links(
    ROOT,
    {
        "docs/operations.md": "operations.md",
        "docs/platforms/eks.md": "platforms/eks.md",
        "tests/platforms/eks.yaml": "platforms/eks.yaml",
        "charts/genx-fx/README.md": "chart.md",
    },
    "https://git.example.org/fx",
)


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("eks.yaml", "eks.yaml"),
        ("../operations.md#wipe", "../operations.md#wipe"),
        ("../../charts/genx-fx/README.md#secrets", "../chart.md#secrets"),
        ("../../tests/platforms/eks.yaml", "eks.yaml"),
        ("../../tests/README.md", "https://git.example.org/fx/blob/main/tests/README.md"),
        ("../../tests/mutants/", "https://git.example.org/fx/tree/main/tests/mutants"),
        ("https://example.org/a.md", "https://example.org/a.md"),
        ("#wipe", "#wipe"),
    ],
)
def test_leads_to_the_page_or_else_to_the_repository(link: str, expected: str) -> None:
    written = f"See [that]({link})."
    assert LINKS.rewritten(written, "docs/platforms/eks.md") == f"See [that]({expected})."


def test_code_stays_as_it_is() -> None:
    text = "```text\n[a](../../tests/README.md)\n```\n"
    assert LINKS.rewritten(text, "docs/platforms/eks.md") == text
