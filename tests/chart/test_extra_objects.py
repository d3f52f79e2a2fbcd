from __future__ import annotations

from tests.chart.scenarios import EXTRA_OBJECT, SCENARIOS, rendered


def test_extra_objects_are_made_as_they_are_given() -> None:
    (given,) = SCENARIOS["everything_on"]["extraObjects"]
    assert rendered("everything_on").get("ConfigMap", EXTRA_OBJECT) == given
