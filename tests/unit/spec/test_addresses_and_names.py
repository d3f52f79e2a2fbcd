"""Rules of addresses in the Secret, of names, and of what is mounted beside the chart's own files.

Specs are edited as data, so that only what a rule is about stands here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import SpecError
from generator.load import load_platform
from generator.spec.fields import YAML_WORDS
from generator.spec.load import load_spec
from generator.values.tree import Section
from tests.spec_files import OURS, SPECS, Edit, SpecData, spec_data, write_spec

FEED = SPECS / "price-feed.yaml"
CACHE = "tiers.ingest.quotes-cache"
OTHER_NAME = "means something else in values.yaml; take another name"


def problems(folder: Path, spec: Path, edit: Edit) -> list[str]:
    """What is wrong with a spec after an edit; each line without its place in the file."""
    data = spec_data(spec)
    edit(data)
    file = write_spec(folder / "edited.yaml", data)
    try:
        load_spec(file)
    except SpecError as error:
        lines = [re.sub(rf"^{re.escape(str(file))}:\d+:\d+: ", "", line) for line in error.lines]
        return lines[:-1]
    return []


def put(spec: SpecData, path: str, value: object) -> None:
    """Set what stands at a path, its steps parted by blanks."""
    *above, last = path.split()
    for key in above:
        spec = spec.setdefault(key, {})
    spec[last] = value


@pytest.mark.parametrize("spec", [OURS, FEED], ids=lambda spec: spec.stem)
def test_an_edit_that_changes_nothing_is_no_mistake(tmp_path: Path, spec: Path) -> None:
    assert problems(tmp_path, spec, lambda data: None) == []


class TestMounts:
    """A container has ConfigMaps that only its kind knows of: they too have paths and names."""

    @pytest.mark.parametrize(
        ("component", "path", "config_map"),
        [
            ("data mysql", "/etc/mysql/conf.d", "mysql-config"),
            ("data mysql", "/etc/mysql/conf.d/", "mysql-config"),
            ("data mysql", "/docker-entrypoint-initdb.d", "mysql-init-scripts"),
            ("data redis", "/etc/redis", "redis-config"),
            ("monitoring grafana", "/etc/grafana/dashboards", "grafana-dashboards"),
            ("monitoring grafana", "/etc/grafana/provisioning", "grafana-provisioning"),
        ],
    )
    def test_a_write_path_on_a_config_map_is_refused(
        self, tmp_path: Path, component: str, path: str, config_map: str
    ) -> None:
        def edit(spec: SpecData) -> None:
            put(spec, f"tiers {component} writable {path}", "1Mi")

        place = f"tiers.{component.replace(' ', '.')}.writable.{path}"
        assert problems(tmp_path, OURS, edit) == [
            f"{place}: {path} is taken by ConfigMap {config_map}"
        ]

    @pytest.mark.parametrize(
        ("component", "path", "name", "config_map"),
        [
            ("data redis", "/config", "config", "redis-config"),
            ("data mysql", "/init", "init", "mysql-init-scripts"),
            ("monitoring grafana", "/dashboards", "dashboards", "grafana-dashboards"),
        ],
    )
    def test_a_write_path_whose_volume_has_the_name_of_a_config_maps_is_refused(
        self, tmp_path: Path, component: str, path: str, name: str, config_map: str
    ) -> None:
        def edit(spec: SpecData) -> None:
            put(spec, f"tiers {component} writable {path}", "1Mi")

        place = f"tiers.{component.replace(' ', '.')}.writable.{path}"
        assert problems(tmp_path, OURS, edit) == [
            f"{place}: its volume would be named {name!r}, as that of ConfigMap {config_map} is"
        ]

    def test_a_shared_volume_with_the_name_of_a_config_maps_is_refused(
        self, tmp_path: Path
    ) -> None:
        def edit(spec: SpecData) -> None:
            spec["volumes"]["config"] = {"claim": "more", "size": "1Gi", "access": "RWX"}
            put(spec, "tiers ingest quotes-cache mounts", {"config": "/more"})

        assert problems(tmp_path, FEED, edit) == [
            f"{CACHE}.mounts.config: its volume would be named 'config', as that of"
            " ConfigMap quotes-cache-config is"
        ]

    def test_a_shared_volume_with_the_name_of_the_storage_is_refused(self, tmp_path: Path) -> None:
        def edit(spec: SpecData) -> None:
            spec["volumes"]["storage"] = {"claim": "more", "size": "1Gi", "access": "RWX"}
            put(spec, "tiers ingest quotes-cache mounts", {"storage": "/more"})

        assert problems(tmp_path, FEED, edit) == [
            f"{CACHE}.mounts.storage: its volume would be named 'storage', as that of"
            " storage.path is"
        ]

    def test_names_of_config_maps_are_free_where_the_kind_has_none(self, tmp_path: Path) -> None:
        def edit(spec: SpecData) -> None:
            put(spec, "tiers edge quote-api writable /config", "1Mi")
            put(spec, "tiers edge quote-api writable /etc/redis", "1Mi")

        assert problems(tmp_path, FEED, edit) == []

    @pytest.mark.parametrize(
        ("path", "name"), [("/.cache", "-cache"), ("/var/tmp_", "var-tmp-"), ("/1", "1")]
    )
    def test_a_write_path_whose_volume_kubernetes_would_refuse_is_refused(
        self, tmp_path: Path, path: str, name: str
    ) -> None:
        def edit(spec: SpecData) -> None:
            put(spec, f"tiers edge quote-api writable {path}", "1Mi")

        assert problems(tmp_path, FEED, edit) == [
            f"tiers.edge.quote-api.writable.{path}: its volume would be named {name!r};"
            " wanted: lower-case letters, digits and '-', a letter first"
        ]

    def test_a_write_path_whose_volume_would_be_a_word_of_yaml_is_refused(
        self, tmp_path: Path
    ) -> None:
        def edit(spec: SpecData) -> None:
            put(spec, "tiers edge quote-api writable /on", "1Mi")

        assert problems(tmp_path, FEED, edit) == [
            "tiers.edge.quote-api.writable./on: its volume would be named 'on', which YAML reads as"
            " something else than text"
        ]


def _component(spec: SpecData, word: str) -> None:
    spec["tiers"]["ingest"][word] = spec["tiers"]["ingest"].pop("collector")
    for key in spec["config"]["keys"].values():
        key["readBy"] = [reader for reader in key["readBy"] if reader != "collector"]


def _tier(spec: SpecData, word: str) -> None:
    spec["tiers"][word] = spec["tiers"].pop("edge")


def _volume(spec: SpecData, word: str) -> None:
    spec["volumes"][word] = spec["volumes"].pop("archive")
    spec["tiers"]["ingest"]["archiver"]["mounts"] = {}


def _service(spec: SpecData, word: str) -> None:
    put(spec, "tiers edge quote-api service name", word)


def _claim(spec: SpecData, word: str) -> None:
    put(spec, "volumes archive claim", word)


def _config_map(spec: SpecData, word: str) -> None:
    put(spec, "config object", word)


def _platform(spec: SpecData, word: str) -> None:
    put(spec, "platform name", word)


def _label(spec: SpecData, word: str) -> None:
    put(spec, "tiers ingest quotes-cache label", word)


class TestNames:
    """Names stand in YAML without quotes."""

    @pytest.mark.parametrize("word", YAML_WORDS)
    def test_a_component_that_is_called_like_a_word_of_yaml_is_refused(
        self, tmp_path: Path, word: str
    ) -> None:
        found = problems(tmp_path, FEED, lambda spec: _component(spec, word))

        assert found == [
            f"tiers.ingest.{word}: YAML reads {word} as something else than text; take another name"
        ]

    @pytest.mark.parametrize(
        ("place", "edit"),
        [
            ("tiers.on", _tier),
            ("volumes.on", _volume),
            ("tiers.edge.quote-api.service.name", _service),
            ("volumes.archive.claim", _claim),
            ("config.object", _config_map),
            ("platform.name", _platform),
            (f"{CACHE}.label", _label),
        ],
    )
    def test_so_is_everything_else_that_becomes_a_name_or_a_key(
        self, tmp_path: Path, place: str, edit: Callable[[SpecData, str], None]
    ) -> None:
        found = problems(tmp_path, FEED, lambda spec: edit(spec, "on"))

        assert found == [f"{place}: YAML reads on as something else than text; take another name"]

    @pytest.mark.parametrize("name", ["only", "yes-man", "nulls", "x"])
    def test_a_name_that_only_looks_like_one_is_free(self, tmp_path: Path, name: str) -> None:
        assert problems(tmp_path, FEED, lambda spec: _component(spec, name)) == []


def _keys_of_global() -> list[str]:
    """Keys of `global` as names of components, but for our server with a password."""
    keys = load_platform(OURS).values["global"].entries
    assert isinstance(keys["redis"], Section)
    return [re.sub("([A-Z])", r"-\1", key).lower() for key in keys if key != "redis"]


class TestNamesOfServersWithPasswords:
    """Such a server has a key of its own below `global`."""

    @pytest.mark.parametrize("name", _keys_of_global())
    def test_a_name_that_is_a_key_of_global_is_refused(self, tmp_path: Path, name: str) -> None:
        def edit(spec: SpecData) -> None:
            _name_cache(spec, name)
            _add_password(spec, name)

        assert problems(tmp_path, FEED, edit) == [f"tiers.ingest.{name}: {name!r} {OTHER_NAME}"]

    @pytest.mark.parametrize("name", ["ingress", "domain", "tls"])
    def test_without_a_password_it_is_free(self, tmp_path: Path, name: str) -> None:
        assert problems(tmp_path, FEED, lambda spec: _name_cache(spec, name)) == []


def _name_cache(spec: SpecData, name: str) -> None:
    """Call the cache otherwise, also where it is called, read and addressed."""
    tier = spec["tiers"]["ingest"]
    tier[name] = tier.pop("quotes-cache")
    for components in spec["tiers"].values():
        for component in components.values():
            calls = component.get("calls", [])
            component["calls"] = [name if call == "quotes-cache" else call for call in calls]
    for key in spec["config"]["keys"].values():
        for field in ("hostOf", "portOf", "urlOf"):
            if key.get(field) == "quotes-cache":
                key[field] = name


def _add_password(spec: SpecData, name: str = "quotes-cache", **more: SpecData) -> None:
    """Let the cache ask for a password; its URL goes to the Secret."""
    spec["tiers"]["ingest"][name]["password"] = "CACHE_PASSWORD"
    spec["config"]["keys"].pop("CACHE_URL")
    password = {"about": "Password", "generate": 32, "readBy": [name]}
    keys = {"CACHE_PASSWORD": password, **more}
    spec["secrets"] = {"object": "price-feed-secrets", "keys": keys}


def _url_of(component: str) -> SpecData:
    return {"about": "Address", "urlOf": component, "readBy": ["collector"]}


class TestAddresses:
    """`urlOf`: without a password in the ConfigMap, otherwise in the Secret."""

    def test_a_redis_without_a_password_may_be_in_the_config_map(self, tmp_path: Path) -> None:
        assert spec_data(FEED)["config"]["keys"]["CACHE_URL"]["urlOf"] == "quotes-cache"
        assert problems(tmp_path, FEED, lambda spec: None) == []

    def test_one_with_a_password_may_not(self, tmp_path: Path) -> None:
        def edit(spec: SpecData) -> None:
            _add_password(spec)
            spec["config"]["keys"]["CACHE_URL"] = _url_of("quotes-cache")

        assert problems(tmp_path, FEED, edit) == [
            "config.keys.CACHE_URL.urlOf: the URL of quotes-cache may hold its password;"
            " declare it under secrets.keys"
        ]

    def test_it_may_be_in_the_secret(self, tmp_path: Path) -> None:
        def edit(spec: SpecData) -> None:
            _add_password(spec, CACHE_URL=_url_of("quotes-cache"))

        assert problems(tmp_path, FEED, edit) == []

    @pytest.mark.parametrize(
        ("component", "message"),
        [
            ("quote-api", "quote-api is of kind web; a redis is allowed here"),
            ("collector", "collector is of kind worker; a redis is allowed here"),
            (
                "quotes-cach",
                "no component is named 'quotes-cach'; allowed are quote-api, collector, archiver,"
                " pruner, quotes-cache; did you mean 'quotes-cache'?",
            ),
        ],
    )
    def test_in_the_secret_it_is_that_of_a_redis(
        self, tmp_path: Path, component: str, message: str
    ) -> None:
        def edit(spec: SpecData) -> None:
            _add_password(spec, CACHE_URL=_url_of(component))

        assert problems(tmp_path, FEED, edit) == [f"secrets.keys.CACHE_URL.urlOf: {message}"]

    @pytest.mark.parametrize(
        ("missing", "needed"),
        [
            (["CACHE_HOST"], ["hostOf"]),
            (["CACHE_PORT"], ["portOf"]),
            (["CACHE_HOST", "CACHE_PORT"], ["hostOf", "portOf"]),
        ],
    )
    def test_in_the_secret_it_needs_keys_of_host_and_port(
        self, tmp_path: Path, missing: list[str], needed: list[str]
    ) -> None:
        def edit(spec: SpecData) -> None:
            _add_password(spec, CACHE_URL=_url_of("quotes-cache"))
            for name in missing:
                del spec["config"]["keys"][name]

        assert problems(tmp_path, FEED, edit) == [
            f"secrets.keys.CACHE_URL.urlOf: no config key has {key}: quotes-cache; add one"
            for key in needed
        ]

    def test_keys_of_another_server_do_not_count(self, tmp_path: Path) -> None:
        def edit(spec: SpecData) -> None:
            _add_password(spec, CACHE_URL=_url_of("quotes-cache"))
            spec["config"]["keys"]["CACHE_HOST"]["hostOf"] = "quote-api"

        assert problems(tmp_path, FEED, edit) == [
            "secrets.keys.CACHE_URL.urlOf: no config key has hostOf: quotes-cache; add one"
        ]

    def test_a_composed_key_can_not_name_it(self, tmp_path: Path) -> None:
        def edit(spec: SpecData) -> None:
            both = {"about": "Both", "compose": "{CACHE_URL}/0", "readBy": ["collector"]}
            _add_password(spec, CACHE_URL=_url_of("quotes-cache"), DATABASE=both)

        assert problems(tmp_path, FEED, edit) == [
            "secrets.keys.DATABASE.compose: {CACHE_URL} is composed itself;"
            " name the keys it is made of"
        ]
