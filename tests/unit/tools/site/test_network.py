"""The matrix on the page is what the policies of the chart let through."""

from __future__ import annotations

from collections.abc import Callable

from tests.chart.network import Network, Place, outside, pods
from tests.chart.scenarios import PLAN
from tests.helm import Render, render
from tools.site.network import between, entrances, outward

INTERNET = outside("203.0.113.9")
PORTS = sorted({*(c.port for c in PLAN.served if c.port), 22, 80, 443, 9090})


def components(rendered: Render) -> dict[str, Place]:
    names = {component.name for component in PLAN.components}
    return {pod.name: pod for pod in pods(rendered) if pod.name in names}


def test_lists_every_way_between_components() -> None:
    rendered = render()
    network, places = Network.of(rendered), components(rendered)
    found = {
        (caller, callee, port)
        for caller in places
        for callee in places
        for port in PORTS
        if caller != callee and network.allows(places[caller], places[callee], port)
    }
    assert {(way.caller, way.callee, port) for way in between(PLAN) for port in way.ports} == found


def test_lists_who_calls_public_addresses() -> None:
    found = open_ports(lambda network, place, port: network.allows(place, INTERNET, port))
    assert {(way.caller, port) for way in outward(PLAN) for port in way.ports} == found


def test_lists_every_entrance() -> None:
    found = open_ports(lambda network, place, port: network.allows(INTERNET, place, port))
    assert {(way.callee, port) for way in entrances(PLAN) for port in way.ports} == found


def open_ports(is_open: Callable[[Network, Place, int], bool]) -> set[tuple[str, int]]:
    """Return each component and port for which something is open."""
    rendered = render()
    network, places = Network.of(rendered), components(rendered)
    return {
        (name, port)
        for name, place in places.items()
        for port in PORTS
        if is_open(network, place, port)
    }


def test_says_how_the_caller_finds_the_callee_and_logs_in() -> None:
    why = {(way.caller, way.callee): way.why for way in between(PLAN)}
    assert why["api", "mysql"] == "finds it by `DATABASE_HOST`, logs in by `DATABASE_URL`"
    assert why["frontend", "api"] == "finds it by `API_URL`"
