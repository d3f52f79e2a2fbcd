"""Tests that are long by nature have a short form, too."""

from __future__ import annotations

import pytest


def short_and_long(
    argument: str, short: object, long: object, *marks: pytest.MarkDecorator
) -> pytest.MarkDecorator:
    """Run a test with the short form's size in `make test`, and the long form's in `make soak`.

    `marks` are of the long form alone.
    """
    forms = [
        pytest.param(short, id="short"),
        pytest.param(long, id="long", marks=[pytest.mark.soak, *marks]),
    ]
    return pytest.mark.parametrize(argument, forms)
