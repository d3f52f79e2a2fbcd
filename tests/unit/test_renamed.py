"""A fact of the spec is used wherever it matters: where it changes, no trace of it is left.

All facts of a spec that reach the cluster get other values at once. None of the old ones may then
be anywhere in what Helm renders, not in a probe, a configuration file or a script either, and each
new one must be there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from tests.chart.scenarios import nested
from tests.helm import render
from tests.spec_files import FOREX, SPECS, SpecData, build_chart, spec_data, write_spec
from tests.unit.mutants import leaves

# Facts that reach the cluster, by their place in the spec, and how a new one is made of a number.
NEW: dict[str, str | int | None] = {
    # Names of keys, which are changed where they are declared.
    "tiers.*.admin.*": None,
    "tiers.*.database.*": None,
    "platform.name": "renamed-{}",
    "platform.domain": "renamed-{}.example.com",
    "platform.user": 30000,
    "platform.toolbox.image": "renamed/toolbox-{}:9.9.9",
    "tiers.*.label": "renamed-{}",
    "tiers.*.image": "renamed/image-{}:9.9.9",
    "tiers.*.user": 30000,
    "tiers.*.port": 20000,
    "tiers.*.service.name": "renamed-{}",
    "tiers.*.service.port": 20000,
    "tiers.*.exposed.to": "renamed-{}",
    "tiers.*.exposed.host": "renamed-{}",
    "tiers.*.health.http": "/renamed/{}",
    "tiers.*.health.live": "/renamed/{}",
    "tiers.*.health.file": "/renamed/{}",
    "tiers.*.ready.file": "/renamed/{}",
    "tiers.*.storage.claim": "renamed-{}",
    "tiers.*.storage.path": "/renamed/{}",
    "tiers.*.mounts.*": "/renamed/{}",
    "tiers.*.env.*": "renamed-{}",
    "tiers.*.initialization.configMap": "renamed-{}",
    "volumes.*.claim": "renamed-{}",
    "config.object": "renamed-{}",
    "config.keys.*.value": "renamed-{}",
    "secrets.object": "renamed-{}",
}  # fmt: skip
# An Ingress has a field of this name.
OTHER_MEANING = {"backend"}
WAYS: tuple[dict[str, Any], ...] = (
    {},
    {"global.exposure": "ingress", "networkPolicy.enabled": False},
)


def renamed(spec: SpecData) -> dict[str, tuple[str, str]]:
    """Give every fact another value; return place → the old and the new one."""
    changes = {}
    for number, (path, old) in enumerate(list(leaves(spec)), start=100):
        place = ".".join(map(str, path))
        pattern = next((one for one in NEW if fnmatchcase(place, one)), None)
        form = NEW[pattern] if pattern else None
        if form is None or isinstance(old, list) or old == "":
            continue
        new = form.format(number) if isinstance(form, str) else form + number
        node: Any = spec
        for key in path[:-1]:
            node = node[key]
        node[path[-1]] = new
        changes[place] = (str(old), str(new))
    return changes


def rendered(chart: Path) -> str:
    """Return all that Helm makes of a chart, with heartbeats and in several ways, as JSON."""
    return json.dumps([render(nested(values), chart=chart).objects for values in WAYS])


def has(text: str, token: str) -> bool:
    """Return whether a text has a token that is no part of a longer word or path."""
    return re.search(rf"(?<![\w./-]){re.escape(token)}(?![\w/-]|\.\w)", text) is not None


@pytest.mark.parametrize("spec", [FOREX, SPECS / "price-feed.yaml"], ids=lambda spec: spec.stem)
def test_no_trace_of_an_old_fact_is_left_and_each_new_one_is_read(
    spec: Path, tmp_path: Path
) -> None:
    data = spec_data(spec)
    data.pop("environments", None)
    changes = renamed(data)
    assert len(changes) >= 30
    chart = build_chart(write_spec(tmp_path / "renamed.yaml", data), tmp_path / "renamed")
    before = rendered(build_chart(spec, tmp_path / "before"))
    after = rendered(chart)
    said = json.dumps(data)
    faults = list(_faults(changes, before, after, said))
    assert faults == []


def _faults(
    changes: dict[str, tuple[str, str]], before: str, after: str, said: str
) -> Iterator[str]:
    for place, (old, new) in changes.items():
        if new not in after:
            yield f"{place}: {new} is read by nobody"
        # What the new spec still says elsewhere may be there.
        still = has(before, old) and has(after, old) and old not in OTHER_MEANING
        if still and not has(said, old):
            yield f"{place}: {old} is still there"
