"""What is wrong with a page stops the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.kind_node.cache import BuildError
from tools.site import build
from tools.site.pages import site_pages


def test_links_that_lead_nowhere_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = "[gone](gone.md) [gone](operations.md#gone)"

    def with_links(*arguments: object) -> dict[str, str]:
        pages = site_pages(*arguments)  # type: ignore[arg-type]
        return pages | {"index.md": f"{pages['index.md']}\n{added}\n"}

    monkeypatch.setattr(build, "site_pages", with_links)
    with pytest.raises(BuildError, match=r"(?s)gone\.md.*#gone|#gone.*gone\.md"):
        build.build_site(tmp_path / "site")
