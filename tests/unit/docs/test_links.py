"""Each link of the documents leads somewhere, in the repository as on the site."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from tests.documents import documents
from tests.helm import ROOT

WRITTEN = [path for path in documents() if not path.startswith("site/")]

each_document = pytest.mark.parametrize("path", documents())
each_written = pytest.mark.parametrize("path", WRITTEN)


def prose(path: str) -> str:
    """Return a document without its code."""
    without_blocks = re.sub(
        r"^ *```.*?^ *```$", "", documents()[path], flags=re.DOTALL | re.MULTILINE
    )
    return re.sub(r"`[^`\n]*`", "", without_blocks)


def links(path: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", prose(path))


def anchors(markdown: str) -> set[str]:
    """Return what links to headings say, as GitHub makes it of them."""
    headings = re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_written
def test_links_to_files_and_headings_lead_somewhere(path: str) -> None:
    for link in links(path):
        file, _, anchor = link.partition("#")
        if ":" in file:
            continue
        target = (ROOT / path).parent / file if file else ROOT / path
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link


@each_document
def test_links_to_other_hosts_are_by_https(path: str) -> None:
    for link in [*links(path), *re.findall(r"<(\w+:[^>\s]+)>", prose(path))]:
        if ":" in link.partition("#")[0]:
            parts = urlsplit(link)
            assert parts.scheme == "https", link
            assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc), link
