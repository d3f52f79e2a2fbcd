"""Further names of variables, for images that call them otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chart.reading import component, container, environment
from tests.chart.scenarios import PLAN, merged, nested
from tests.helm import HELMS, render
from tests.spec_files import SPECS, build_chart


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("MT5_SERVER", "config MT5_SERVER"),
        ("MT5_LOGIN", "secret MT5_LOGIN"),
        ("OPENAI_API_KEY", "secret? OPENAI_API_KEY"),
        ("FLAGS", "config FLAGS"),
        ("TOKEN", "secret TOKEN"),
    ],
)
def test_has_the_same_source(key: str, source: str, helm: str) -> None:
    values = {
        "application.api.aliases": {"YES": key},
        "global.config.extra": {"FLAGS": {"value": "a", "readBy": ["api"]}},
        "global.secrets.extra": {"TOKEN": {"readBy": ["api"]}},
    }
    found = environment(component(render(nested(values), helm=helm), "api"))
    assert (found["YES"], found[key]) == (source, source)


@pytest.mark.parametrize("name", [part.name for part in PLAN.components if part.variables])
def test_every_component_has_them_beside_its_own_variables(name: str) -> None:
    part = PLAN.by_name[name]
    auth = nested({"global.redis.auth.enabled": True})
    values = merged(auth, nested({f"{part.path}.aliases": {"OTHER": part.variables[0]}}))
    before, after = (container(component(render(v), name)).get("env", []) for v in (auth, values))
    (added,) = [entry for entry in after if entry not in before]
    assert [entry for entry in after if entry != added] == before
    assert added["name"] == "OTHER"


@pytest.mark.parametrize(("enabled", "source"), [(False, None), (True, "secret REDIS_PASSWORD")])
def test_of_a_password_is_there_where_it_is_in_use(enabled: bool, source: str | None) -> None:
    values = {
        "application.api.aliases": {"CACHE_PASSWORD": "REDIS_PASSWORD"},
        "global.redis.auth.enabled": enabled,
    }
    assert environment(component(render(nested(values)), "api")).get("CACHE_PASSWORD") == source


def test_of_the_spec_is_a_default(tmp_path: Path) -> None:
    chart = build_chart(SPECS / "price-feed.yaml", tmp_path)
    found = environment(component(render(chart=chart), "collector"))
    assert found["VERBOSITY"] == found["LOG_LEVEL"] == "info"
    off = render(nested({"ingest.collector.aliases.VERBOSITY": None}), chart=chart)
    assert "VERBOSITY" not in environment(component(off, "collector"))
