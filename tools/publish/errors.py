"""What keeps a chart from being packaged or published."""

from __future__ import annotations


class PublishError(Exception):
    """Something that the user can put right; the message says what, in whole sentences."""
