"""CHANGELOG.md says what a version changed, and when it came out."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from tests.helm import ROOT
from tools.publish.changelog import NOT_YET, Change, section
from tools.publish.errors import PublishError

TEXT = """\
# Changelog

## [1.1.0] - Unreleased

### Fixed

- **Breaking:** `helm test` waits
  for Redis. It did not before.
  - a detail

  | a table | |
  |---|---|
- A [link](https://example.com), too

## [1.0.0] - 2026-02-03

### Added

- Version 1.5 of something. More.

### Security

- A key.

## [0.9.0] - 2026-01-01
"""


def test_a_section_has_the_first_sentence_of_each_entry_as_plain_text() -> None:
    assert section(TEXT, "1.1.0").changes == (
        Change("fixed", "Breaking: helm test waits for Redis."),
        Change("fixed", "A link, too"),
    )


def test_sections_end_where_the_next_one_begins() -> None:
    assert section(TEXT, "1.0.0").changes == (
        Change("added", "Version 1.5 of something."),
        Change("security", "A key."),
    )


def test_the_day_of_the_release_is_that_of_the_heading() -> None:
    assert section(TEXT, "1.0.0").released == datetime(2026, 2, 3, tzinfo=UTC)
    assert section(TEXT, "1.1.0").released == NOT_YET


@pytest.mark.parametrize(
    ("text", "version", "said"),
    [
        (TEXT, "1.0", "no section for version 1.0: write `## [1.0] - Unreleased`"),
        (TEXT, "0.9.0", "names no change of version 0.9.0"),
        (
            TEXT.replace("### Fixed", "### Repaired"),
            "1.1.0",
            "the heading 'Repaired' in [1.1.0] - Unreleased; allowed: Added, Changed, ",
        ),
    ],
)
def test_what_is_missing_is_said(text: str, version: str, said: str) -> None:
    with pytest.raises(PublishError, match=re.escape(said)):
        section(text, version)


def test_no_change_of_ours_is_cut_off() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    for version in re.findall(r"^## \[(.+)\]", text, re.MULTILINE):
        for change in section(text, version).changes:
            assert change.description not in ("Breaking:", ""), version
            assert change.description[-1] in ".:", change
