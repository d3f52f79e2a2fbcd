from __future__ import annotations

from tools.custom_resources import definitions


def test_what_the_chart_makes_objects_of_is_defined() -> None:
    kinds = {item["spec"]["names"]["kind"] for item in definitions()}
    assert kinds >= {"Gateway", "HTTPRoute", "ExternalSecret", "ScaledObject"}
