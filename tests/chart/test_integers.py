"""Whole numbers are printed as such: Helm reads them as floats, and prints a million as 1e+06.

In the objects of a render that is seen only where they come from the text itself: JSON has one sort
of number. So this looks at the text.
"""

from __future__ import annotations

import pytest

from tests.chart.scenarios import SCENARIOS, integer_maxima
from tests.chart.test_invariants import SCIENTIFIC
from tests.helm import HELMS, template

LARGE = 1_000_000


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    "name",
    ["integers_at_their_maximum", "autoscaling_at_its_maximum", "scaled_by_keda_at_its_maximum"],
)
def test_no_integer_is_printed_as_a_float(name: str, helm: str) -> None:
    text = template(SCENARIOS[name].values, helm=helm)
    assert [line for line in text.splitlines() if SCIENTIFIC.search(line)] == []
    large = {maximum for maximum in integer_maxima().values() if maximum >= LARGE}
    assert large
    assert all(f": {maximum}\n" in text for maximum in large)


@pytest.mark.parametrize("text", ["1e+06", "2.147483647e+09", "--port=1.5e+07"])
def test_a_float_is_seen_by_its_text(text: str) -> None:
    assert SCIENTIFIC.search(f"runAsUser: {text}")
