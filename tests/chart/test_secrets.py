from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from tests.chart.conftest import Chart
from tests.chart.reading import container, environment, pod, pod_labels
from tests.chart.scenarios import (
    BACKUPS_IN_S3,
    GROUP,
    SECRETS,
    external,
    merged,
    nested,
)
from tests.helm import CHART, NAMESPACE, Manifest, Render, refusal, render

GIVEN = nested({"global.secrets.source": "values", "global.secrets.values": SECRETS})
EXTERNAL = nested(
    {
        "global.secrets.source": "externalSecrets",
        "global.secrets.externalSecrets.secretStoreRef.name": "vault",
        "global.secrets.externalSecrets.key": "genx-fx/production",
    }
)
# One entry of the store for each key, in place of one for all.
ENTRIES = {key: {"key": f"prod/{key.lower()}", "property": "text"} for key in SECRETS}
BY_KEY = nested(
    {
        "global.secrets.source": "externalSecrets",
        "global.secrets.externalSecrets.secretStoreRef.name": "vault",
        "global.secrets.externalSecrets.remoteRefs": ENTRIES,
    }
)
NASTY = "p@ss/w:rd?#%+ ü"
REQUIRED = sorted(SECRETS.keys() - {"REDIS_PASSWORD"})  # which Redis asks for by a switch
PREPARATION = {"ServiceAccount", "Role", "RoleBinding", "NetworkPolicy", "Job"}
LOOKS = [
    {"apiGroups": ["apps"], "resources": ["deployments", "statefulsets"], "verbs": ["list"]},
    {"apiGroups": [""], "resources": ["persistentvolumeclaims"], "verbs": ["list"]},
]


def _job(rendered: Render) -> Manifest:
    (job,) = rendered.of_kind("Job")
    return job


def _hook_kinds(rendered: Render) -> dict[str, int]:
    """Kind of each object that Helm makes before an installation → its weight."""
    return {
        item["kind"]: int(item["metadata"]["annotations"]["helm.sh/hook-weight"])
        for item in rendered.objects
        if "pre-install" in item["metadata"].get("annotations", {}).get("helm.sh/hook", "")
    }


# Values with which every key of the Secret is read that is not optional.
ALL_ASKED = {"global.redis.auth.enabled": True, "data.mysql.backup.enabled": True}


class TestGenerate:
    def test_is_the_default_and_renders_no_secret(self, chart: Chart) -> None:
        rendered = chart()
        assert rendered.of_kind("Secret", "ExternalSecret") == []
        assert _job(rendered)

    def test_runs_before_anything_reads_it(self, chart: Chart) -> None:
        weights = _hook_kinds(chart())
        assert weights.keys() == PREPARATION
        assert weights.pop("Job") > max(weights.values())

    def test_its_objects_go_when_it_is_done(self, chart: Chart) -> None:
        for item in chart().objects:
            annotations = item["metadata"].get("annotations", {})
            if "pre-install" in annotations.get("helm.sh/hook", ""):
                assert annotations["helm.sh/hook"] == "pre-install,pre-upgrade"
                policy = annotations["helm.sh/hook-delete-policy"].split(",")
                assert set(policy) == {"before-hook-creation", "hook-succeeded"}

    def test_role_is_as_narrow_as_rbac_can_express(self, chart: Chart) -> None:
        rendered = chart()
        name = pod(_job(rendered))["serviceAccountName"]
        rules = rendered.get("Role", name)["rules"]
        assert rules == [
            *LOOKS,
            {"apiGroups": [""], "resources": ["secrets"], "verbs": ["create"]},
            {
                "apiGroups": [""],
                "resources": ["secrets"],
                "resourceNames": ["genx-fx-secrets"],
                "verbs": ["get", "patch"],
            },
        ]
        binding = rendered.get("RoleBinding", name)
        assert binding["roleRef"]["name"] == name
        assert binding["subjects"] == [
            {"kind": "ServiceAccount", "name": name, "namespace": NAMESPACE}
        ]

    def test_token_is_projected_for_minutes_and_for_no_other_container(self, chart: Chart) -> None:
        rendered = chart()
        job = pod(_job(rendered))
        assert job["automountServiceAccountToken"] is False
        assert (
            rendered.get("ServiceAccount", job["serviceAccountName"])[
                "automountServiceAccountToken"
            ]
            is False
        )
        (token,) = (volume for volume in job["volumes"] if "projected" in volume)
        sources = {
            key: item for part in token["projected"]["sources"] for key, item in part.items()
        }
        assert sources.keys() == {"serviceAccountToken", "configMap", "downwardAPI"}
        assert sources["serviceAccountToken"]["expirationSeconds"] == 600
        for owner, spec in rendered.pod_specs():
            tokens = [volume for volume in spec.get("volumes", []) if "projected" in volume]
            assert bool(tokens) == owner.startswith("Job/"), owner

    def test_tries_again_and_ends_in_time(self, chart: Chart) -> None:
        spec = _job(chart())["spec"]
        assert spec["backoffLimit"] >= 3
        # Pulling the image may take minutes; `helm install` waits for five.
        assert spec["activeDeadlineSeconds"] == 300
        assert spec["template"]["spec"]["restartPolicy"] == "Never"

    def test_knows_where_the_database_is(self, chart: Chart) -> None:
        replaced = nested(external("mysql", "db.example"))
        before, after = (
            json.loads(environment(_job(chart(values)))["COMPOSED_KEYS"])["DATABASE_URL"]
            for values in ({}, replaced)
        )
        assert before == "mysql://genx_user:{MYSQL_PASSWORD}@mysql-service:3306/genxdb_fx_db"
        assert after == "mysql://genx_user:{MYSQL_PASSWORD}@db.example:3306/genxdb_fx_db"

    def test_is_told_all_that_its_keys_are_composed_of(self, chart: Chart) -> None:
        told = environment(_job(chart()))
        keys = json.loads(told["SECRET_KEYS"])
        composed = json.loads(told["COMPOSED_KEYS"])
        assert composed.keys() == {"DATABASE_URL", "REDIS_URL"}
        for text in composed.values():
            assert set(re.findall(r"{(\w+)}", text)) <= set(keys)

    def test_its_image_may_be_private(self, chart: Chart) -> None:
        login = [{"name": "registry-login"}]
        rendered = chart(nested({"global.imagePullSecrets": login}))
        assert pod(_job(rendered)).get("imagePullSecrets") == login

    def test_job_of_other_content_has_another_name(self, chart: Chart) -> None:
        """A Job cannot be changed: `helm template | kubectl apply` would fail."""
        names = {
            _job(chart(values))["metadata"]["name"]
            for values in ({}, nested({"global.config.MYSQL_USER": "other"}))
        }
        assert len(names) == 2

    def test_no_service_sends_traffic_to_it(self, chart: Chart) -> None:
        rendered = chart()
        labels = pod_labels(_job(rendered)).items()
        for service in rendered.of_kind("Service"):
            assert not service["spec"]["selector"].items() <= labels

    def test_two_releases_share_a_namespace(self, chart: Chart) -> None:
        rendered = chart(nested({"global.namePrefix": "blue-"}))
        assert environment(_job(rendered))["SECRET_NAME"] == "blue-genx-fx-secrets"
        role = rendered.get("Role", "blue-genx-fx-prepare")
        assert role["rules"][-1]["resourceNames"] == ["blue-genx-fx-secrets"]


class TestExisting:
    values = nested(
        {"global.secrets.source": "existing", "global.secrets.existingSecret": "vaulted"}
    )

    def test_makes_nothing_and_reads_the_one_named(self, chart: Chart) -> None:
        rendered = chart(self.values)
        assert rendered.of_kind("Secret", "ExternalSecret") == []
        names = {
            entry["valueFrom"]["secretKeyRef"]["name"]
            for _, item in rendered.containers()
            for entry in item.get("env", [])
            if "secretKeyRef" in entry.get("valueFrom", {})
        }
        assert names == {"vaulted"}

    def test_a_prefix_leaves_its_name_alone(self, chart: Chart) -> None:
        rendered = chart(merged(self.values, nested({"global.namePrefix": "blue-"})))
        read = container(rendered.get("StatefulSet", "blue-mysql"))["env"]
        assert "vaulted" in str(read)
        assert "blue-vaulted" not in str(read)


class TestValues:
    def test_becomes_the_secret(self, chart: Chart) -> None:
        values = merged(GIVEN, nested({"global.secrets.values.OWN_KEY": "mine"}))
        rendered = chart(values)
        given = rendered.get("Secret", "genx-fx-secrets")["stringData"]
        assert given.items() >= {**SECRETS, "OWN_KEY": "mine"}.items()
        assert given["GRAFANA_ADMIN_USER"] == "admin"
        assert rendered.of_kind("ExternalSecret") == []

    def test_stays_as_long_as_the_volumes(self, chart: Chart) -> None:
        secret = chart(GIVEN).get("Secret", "genx-fx-secrets")
        assert secret["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"

    @pytest.mark.parametrize("password", [NASTY, "100%25+a&b=c;d,e'f\"g\\h|i~j_k-l.m*"])
    def test_database_url_agrees_with_the_password(self, chart: Chart, password: str) -> None:
        values = nested(
            {"global.secrets.values.MYSQL_PASSWORD": password, "global.config.MYSQL_USER": "us@er"}
        )
        given = chart(merged(GIVEN, values)).get("Secret", "genx-fx-secrets")["stringData"]
        assert given["MYSQL_PASSWORD"] == password
        _check_url(given["DATABASE_URL"], "us@er", password)

    def test_database_url_follows_an_external_database(self, chart: Chart) -> None:
        replaced = nested(external("mysql", "db.example", port=3307))
        given = chart(merged(GIVEN, replaced)).get("Secret", "genx-fx-secrets")["stringData"]
        url = urlsplit(given["DATABASE_URL"])
        assert (url.hostname, url.port) == ("db.example", 3307)

    def test_every_missing_key_is_named_at_once(self, helm: str) -> None:
        backups = {"data.mysql.backup.enabled": True}
        said = refusal(nested({"global.secrets.source": "values", **backups}), helm=helm)
        for key in REQUIRED:
            assert f"global.secrets.values.{key}: is missing" in said

    def test_an_empty_key_is_a_missing_one(self, helm: str) -> None:
        said = refusal(merged(GIVEN, nested({"global.secrets.values.JWT_SECRET": ""})), helm=helm)
        assert "global.secrets.values.JWT_SECRET" in said

    def test_optional_keys_stay_optional(self, chart: Chart) -> None:
        given = chart(GIVEN).get("Secret", "genx-fx-secrets")["stringData"]
        assert "OPENAI_API_KEY" not in given

    def test_numbers_are_refused_before_they_become_floats(self, helm: str) -> None:
        assert "MT5_LOGIN" in refusal(
            merged(GIVEN, nested({"global.secrets.values.MT5_LOGIN": 12345678})), helm=helm
        )


class TestExternalSecrets:
    def test_takes_all_keys_from_one_entry(self, chart: Chart) -> None:
        rendered = chart(EXTERNAL)
        assert rendered.of_kind("Secret") == []
        spec = rendered.get("ExternalSecret", "genx-fx-secrets")["spec"]
        assert spec["secretStoreRef"] == {"name": "vault", "kind": "SecretStore"}
        assert spec["target"]["name"] == "genx-fx-secrets"
        assert spec["dataFrom"][0]["extract"]["key"] == "genx-fx/production"

    def test_says_what_the_api_server_would_fill_in(self, chart: Chart) -> None:
        """Defaults of the operator's CRD: Argo CD compares with what the server stores."""
        spec = chart(EXTERNAL).get("ExternalSecret", "genx-fx-secrets")["spec"]
        assert spec["refreshInterval"] == "1h0m0s"
        assert spec["secretStoreRef"]["kind"] == "SecretStore"
        assert (
            spec["target"].items()
            >= {"creationPolicy": "Orphan", "deletionPolicy": "Retain"}.items()
        )
        assert spec["target"]["template"]["engineVersion"] == "v2"
        (source,) = spec["dataFrom"]
        assert source["extract"] == {
            "key": "genx-fx/production",
            "conversionStrategy": "Default",
            "decodingStrategy": "None",
            "metadataPolicy": "None",
        }

    def test_each_key_may_have_an_entry_of_its_own(self, chart: Chart) -> None:
        spec = chart(BY_KEY).get("ExternalSecret", "genx-fx-secrets")["spec"]
        assert "dataFrom" not in spec
        defaults = {
            "conversionStrategy": "Default",
            "decodingStrategy": "None",
            "metadataPolicy": "None",
        }
        found = {entry["secretKey"]: entry["remoteRef"] for entry in spec["data"]}
        assert found == {key: {**where, **defaults} for key, where in ENTRIES.items()}

    def test_keys_without_an_entry_are_composed_or_fixed(self, chart: Chart) -> None:
        rendered = chart(merged(BY_KEY, nested(ALL_ASKED)))
        spec = rendered.get("ExternalSecret", "genx-fx-secrets")["spec"]
        made = spec["target"]["template"]["data"]
        assert made.get("GRAFANA_ADMIN_USER") == "admin"
        assert made["DATABASE_URL"].startswith("mysql://genx_user:{{ .MYSQL_PASSWORD | ")
        assert {entry["secretKey"] for entry in spec["data"]} | set(made) == _read_keys(rendered)

    def test_an_entry_of_a_key_goes_over_the_entry_of_all(self, chart: Chart) -> None:
        own = {
            "MYSQL_PASSWORD": {"key": "prod/mysql", "decodingStrategy": "Base64"},
            "GRAFANA_ADMIN_USER": {"key": "prod/grafana", "version": "2"},
            "NO": {"key": "#1: own"},
        }
        more = nested({"global.secrets.externalSecrets.remoteRefs": own})
        spec = chart(merged(EXTERNAL, more)).get("ExternalSecret", "genx-fx-secrets")["spec"]
        assert [source["extract"]["key"] for source in spec["dataFrom"]] == ["genx-fx/production"]
        found = {entry["secretKey"]: entry["remoteRef"] for entry in spec["data"]}
        assert {key: found[key] | own[key] for key in own} == found
        assert found["MYSQL_PASSWORD"]["metadataPolicy"] == "None"
        assert "GRAFANA_ADMIN_USER" not in spec["target"]["template"]["data"]

    def test_newer_operators_fill_in_more(self, chart: Chart) -> None:
        more = nested({"global.secrets.externalSecrets.extract": {"nullBytePolicy": "Ignore"}})
        (source,) = chart(merged(EXTERNAL, more)).get("ExternalSecret", "genx-fx-secrets")["spec"][
            "dataFrom"
        ]
        assert source["extract"]["nullBytePolicy"] == "Ignore"
        assert source["extract"]["metadataPolicy"] == "None"

    def test_stays_as_long_as_the_volumes(self, chart: Chart) -> None:
        """The operator's default deletes the Secret with the ExternalSecret."""
        target = chart(EXTERNAL).get("ExternalSecret", "genx-fx-secrets")["spec"]["target"]
        assert target["creationPolicy"] == "Orphan"

    def test_composed_keys_are_added_to_them(self, chart: Chart) -> None:
        template = chart(EXTERNAL).get("ExternalSecret", "genx-fx-secrets")["spec"]["target"]
        assert template["template"]["mergePolicy"] == "Merge"
        assert _composed(template["template"]["data"]) == {"DATABASE_URL", "REDIS_URL"}

    def test_names_each_key_that_its_entry_must_have(self, chart: Chart) -> None:
        """The operator writes no Secret while a key is missing that its template names."""
        own = {"MYSQL_PASSWORD": {"key": "prod/mysql"}, "OWN_KEY": {"key": "prod/own"}}
        extra = nested({"global.secrets.extra.TOKEN.readBy": ["frontend"]})
        more = nested({"global.secrets.externalSecrets.remoteRefs": own})
        rendered = chart(merged(EXTERNAL, extra, more))
        spec = rendered.get("ExternalSecret", "genx-fx-secrets")["spec"]
        made = spec["target"]["template"]["data"]
        assert made.keys() | {"MYSQL_PASSWORD"} == _read_keys(rendered)
        named = {key for key, text in made.items() if text == f"{{{{ .{key} }}}}"}
        assert named == made.keys() - {"DATABASE_URL", "REDIS_URL"}
        assert {"TOKEN", "GRAFANA_ADMIN_USER"} <= named

    def test_database_url_agrees_with_the_password(
        self, chart: Chart, helm: str, tmp_path: Path
    ) -> None:
        spec = chart(EXTERNAL).get("ExternalSecret", "genx-fx-secrets")["spec"]
        template = spec["target"]["template"]["data"]["DATABASE_URL"]
        _check_url(_evaluated(template, NASTY, helm, tmp_path), "genx_user", NASTY)


def _readme(source: str) -> dict[str, str]:
    """Return what the chart's README says of each key where the Secret comes from a source."""
    lines = (CHART / "README.md").read_text().splitlines()
    (top,) = (number for number, line in enumerate(lines) if f"| `{source}` |" in line[10:])
    rows = [[cell.strip(" `") for cell in line.split(" |")] for line in lines[top:]]
    rows = rows[: rows.index([""])]
    column = rows[0].index(source)
    return {row[0].strip("| `"): row[column] for row in rows[2:]}


def _composed(template: dict[str, str]) -> set[str]:
    """Return the keys of a store's template that are more than what the store has."""
    return {key for key, text in template.items() if text != f"{{{{ .{key} }}}}"}


def _read_keys(rendered: Render, optional: bool = False) -> set[str]:
    """Return the keys of the Secret that pods read."""
    sources = [
        entry["valueFrom"]["secretKeyRef"]
        for _, item in rendered.containers()
        for entry in item.get("env", [])
        if "secretKeyRef" in entry.get("valueFrom", {})
    ]
    return {source["key"] for source in sources if source.get("optional", False) == optional}


class TestReadme:
    def test_says_which_keys_a_secret_of_ones_own_must_have(self, chart: Chart) -> None:
        said = _readme("existing")
        always = {key for key, words in said.items() if words == "must have it"}
        asked = {key for key, words in said.items() if "it where `" in words}
        assert asked == {"REDIS_PASSWORD", "BACKUP_PASSWORD"}
        assert asked == {key for key, words in _readme("values").items() if "it where `" in words}
        assert always == _read_keys(chart(TestExisting.values))
        auth = merged(TestExisting.values, nested(ALL_ASKED))
        assert always | asked == _read_keys(chart(auth))
        assert {"DATABASE_URL", "REDIS_URL"} <= always
        optional = {key for key, words in said.items() if words == "may have it"}
        # MySQL reads Grafana's password for it, if it is there.
        in_s3 = {f"data.mysql.backup.{key}": value for key, value in BACKUPS_IN_S3.items()}
        backups = chart(nested(in_s3))
        assert optional == _read_keys(backups, optional=True) - always

    def test_says_which_keys_values_must_give(self) -> None:
        said = _readme("values")
        must = [key for key, words in said.items() if words.startswith("must have it")]
        assert sorted(must) == sorted([*REQUIRED, "REDIS_PASSWORD"])

    def test_says_which_keys_a_store_must_have(self, chart: Chart) -> None:
        said = _readme("externalSecrets")
        rendered = chart(merged(EXTERNAL, nested(ALL_ASKED)))
        made = rendered.get("ExternalSecret", "genx-fx-secrets")["spec"]["target"]["template"][
            "data"
        ]
        composed = {key for key, words in said.items() if words == "composed"}
        assert composed == _composed(made)
        must = {key for key, words in said.items() if words.startswith("must have it")}
        assert must | composed == _read_keys(rendered)

    def test_says_what_the_job_creates(self, chart: Chart) -> None:
        told = json.loads(environment(_job(chart()))["SECRET_KEYS"])
        made = {
            key
            for key, words in _readme("generate").items()
            if words not in ("composed", "you may add it")
        }
        assert made == set(told)


# Where the database keeps its data in each mode.
MODES: dict[str, dict[str, Any]] = {
    mode: {"path": "data.mysql.mode", "mode": mode, "workload": workload, "claims": claims}
    for mode, workload, claims in (
        ("standalone", "mysql", ["mysql-pvc"]),
        (
            "groupReplication",
            "mysql-group",
            [f"storage-mysql-group-{number}" for number in range(3)],
        ),
    )
}


class TestReleaseChecks:
    """What the Job looks for; tests/unit/files shows what it makes of it."""

    @pytest.mark.parametrize(
        ("values", "rights"),
        [
            ({}, {("genx-fx-secrets", "get"), ("genx-fx-secrets", "patch"), ("", "create")}),
            (GIVEN, {("genx-fx-secrets", "get"), ("genx-fx-secrets", "patch")}),
            (EXTERNAL, {("genx-fx-secrets", "get")}),
            (
                TestExisting.values,
                {("genx-fx-secrets", "get"), ("genx-fx-secrets", "patch"), ("vaulted", "get")},
            ),
        ],
        ids=["generate", "values", "externalSecrets", "existing"],
    )
    def test_run_whatever_the_source_and_may_no_more_than_they_need(
        self, chart: Chart, values: dict[str, Any], rights: set[tuple[str, str]]
    ) -> None:
        rendered = chart(values)
        rules = rendered.get("Role", "genx-fx-prepare")["rules"]
        assert rules[:2] == LOOKS
        assert {
            (name, verb)
            for rule in rules[2:]
            for name in rule.get("resourceNames", [""])
            for verb in rule["verbs"]
        } == rights
        assert _hook_kinds(rendered).keys() - {"Secret"} == PREPARATION

    def test_refusal_is_final_and_shown(self, chart: Chart) -> None:
        """Helm prints the log of a hook that failed; Kubernetes keeps it in the pod's status."""
        job = _job(chart())
        (rule,) = job["spec"]["podFailurePolicy"]["rules"]
        assert rule["action"] == "FailJob"
        assert rule["onExitCodes"] == {"containerName": "prepare", "operator": "In", "values": [3]}
        (program,) = pod(job)["containers"]
        assert program["terminationMessagePolicy"] == "FallbackToLogsOnError"
        policy = job["metadata"]["annotations"]["helm.sh/hook-output-log-policy"]
        assert policy == "hook-failed"

    def test_know_what_runs_once_and_which_data_is_locked(self, chart: Chart) -> None:
        def looks_for(values: dict[str, Any]) -> dict[str, Any]:
            found: dict[str, Any] = json.loads(environment(_job(chart(nested(values))))["CHECKS"])
            return found

        assert looks_for({}) == {
            "enabled": True,
            "runOnce": ["trading-bot", "mysql", "redis"],
            "lockedClaims": ["mysql-pvc"],
            "sizes": {
                f"{name}-pvc": {"path": f"{path}.size", "size": f"{size}Gi", "bytes": size * 2**30}
                for name, path, size in (
                    ("mysql", "data.mysql.persistence", 10),
                    ("redis", "data.redis.persistence", 5),
                    ("grafana", "monitoring.grafana.persistence", 5),
                    ("logs", "global.storage.logs", 10),
                    ("data", "global.storage.data", 20),
                )
            },
            "modes": [[MODES["standalone"], MODES["groupReplication"]]],
        }
        group = looks_for(GROUP)
        assert group["modes"] == [[MODES["groupReplication"], MODES["standalone"]]]
        assert group["lockedClaims"] == ["mysql-pvc", *MODES["groupReplication"]["claims"]]
        assert group["sizes"].keys() >= {*MODES["groupReplication"]["claims"]}
        assert "mysql-pvc" not in group["sizes"]
        assert looks_for({"global.namePrefix": "blue-"})["lockedClaims"] == ["blue-mysql-pvc"]
        elsewhere = looks_for(external("mysql", "db.example"))
        assert (elsewhere["runOnce"], elsewhere["lockedClaims"]) == (["trading-bot", "redis"], [])

    def test_compare_given_secrets_without_showing_them_to_readers_of_jobs(
        self, chart: Chart
    ) -> None:
        rendered = chart(GIVEN)
        hook = rendered.get("Secret", "genx-fx-prepare")
        assert hook["stringData"] == rendered.get("Secret", "genx-fx-secrets")["stringData"]
        assert "hook-succeeded" in hook["metadata"]["annotations"]["helm.sh/hook-delete-policy"]
        assert SECRETS["MYSQL_PASSWORD"] not in str(_job(rendered))
        assert "'secretName': 'genx-fx-prepare'" in str(pod(_job(rendered))["volumes"])

    def test_can_be_switched_off(self, chart: Chart) -> None:
        off = nested({"releaseChecks.enabled": False})
        rendered = chart(off)
        assert json.loads(environment(_job(rendered))["CHECKS"])["enabled"] is False
        assert LOOKS[0] not in rendered.get("Role", "genx-fx-prepare")["rules"]
        for values in (GIVEN, EXTERNAL, TestExisting.values):
            assert _hook_kinds(chart(merged(values, off))) == {}


@pytest.mark.parametrize("source", ["generate", "values", "externalSecrets"])
def test_scheme_of_the_url_follows_the_driver_whatever_the_source(
    chart: Chart, source: str
) -> None:
    scheme = nested({"global.secrets.urlSchemes.DATABASE_URL": "mysql+pymysql"})
    given = {"generate": {}, "values": GIVEN, "externalSecrets": EXTERNAL}[source]
    found = chart(merged(given, scheme))
    urls = {
        "generate": lambda: json.loads(environment(_job(found))["COMPOSED_KEYS"]),
        "values": lambda: found.get("Secret", "genx-fx-secrets")["stringData"],
        "externalSecrets": lambda: found.get("ExternalSecret", "genx-fx-secrets")["spec"]["target"][
            "template"
        ]["data"],
    }
    assert urls[source]()["DATABASE_URL"].startswith("mysql+pymysql://genx_user:")


def _check_url(url: str, user: str, password: str) -> None:
    # Python takes the last @ for the end of the password; others take the first.
    assert re.fullmatch(r"mysql://[\w.~%-]+:[\w.~%-]+@[\w.-]+:\d+/\w+", url, re.ASCII)
    parts = urlsplit(url)
    assert parts.scheme == "mysql"
    assert unquote(parts.username or "") == user
    assert unquote(parts.password or "") == password
    assert (parts.hostname, parts.port) == ("mysql-service", 3306)
    assert parts.path == "/genxdb_fx_db"
    assert not parts.query
    assert not parts.fragment


def _evaluated(template: str, password: str, helm: str, folder: Path) -> str:
    """What the External Secrets Operator makes of a template; it has Helm's template functions."""
    (folder / "templates").mkdir()
    (folder / "Chart.yaml").write_text("{apiVersion: v2, name: evaluate, version: 1.0.0}")
    (folder / "templates" / "url.yaml").write_text(
        "kind: Evaluated\n"
        'url: {{ tpl .Values.template (dict "MYSQL_PASSWORD" .Values.password '
        '"Template" .Template) | quote }}\n'
    )
    values: dict[str, Any] = {"template": template, "password": password}
    (evaluated,) = render(values, chart=folder, helm=helm).objects
    return str(evaluated["url"])
