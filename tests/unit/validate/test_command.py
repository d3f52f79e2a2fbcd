"""`genx-fx validate` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.errors import UsageError
from generator.validate import kubernetes
from generator.validate.report import CONTRADICTIONS
from tests.helm import HELMS, ROOT
from tests.spec_files import FOREX, checkout
from tools.build import tool_path

HELM_ON_PATH = str(Path(tool_path("helm4")).parent)


def validate(
    folder: Path, *arguments: str, path: str = HELM_ON_PATH, given: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "generator", "validate", "--spec", FOREX, *arguments],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)} | environment,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_values_without_problems_exit_with_0_and_say_what_was_not_looked_at(
    tmp_path: Path,
) -> None:
    (tmp_path / "my.yaml").write_text("application: {api: {replicas: 3}}\n")

    one = validate(tmp_path, "-f", "my.yaml")
    several = validate(tmp_path, "-f", "my.yaml", "--set", "global.config.ENV=test")

    assert (one.returncode, one.stdout) == (0, f"my.yaml is valid; {CONTRADICTIONS}\n")
    assert several.stdout == f"the values are valid; {CONTRADICTIONS}\n"
    assert one.stderr == ""


def test_problems_exit_with_1_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("global:\n  config: {ENV: 1}\n  exposure: none\n")

    done = validate(tmp_path, "-f", "my.yaml")

    assert done.returncode == 1
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [
        "my.yaml:2:17",
        "my.yaml:3:13",
        "2 problems",
    ]


def test_json_is_a_list_of_objects(tmp_path: Path) -> None:
    given = "global: {storage: {logs: {size: 5Gi}}}"
    done = validate(tmp_path, "--format", "json", "-f", "-", given=given)

    assert done.returncode == 1
    [problem] = json.loads(done.stdout)
    assert problem | {"source": "…"} == {
        "file": "-",
        "line": 1,
        "column": 33,
        "path": "global.storage.logs.size",
        "given": "is 5Gi",
        "allowed": "the document allows at least 10Gi",
        "source": "…",
        "hint": "global.enforceDocumentedLimits: false allows more",
    }
    assert problem["source"].startswith(f"architecture: logs, {FOREX}:")
    assert validate(tmp_path, "--format", "json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-f", "none.yaml"], "none.yaml: no such file or directory"),
        (["-f", "."], ".: is a directory"),
        (["-f", "pipe"], "pipe: is a pipe, which can be read only once: name a file, or - and"),
        (["-f", "broken.yaml"], "broken.yaml:2:1: not YAML: "),
        (["-f", "list.yaml"], "list.yaml:1:1: a list is given, and a values file holds a mapping"),
        (["-f", "infinite.yaml"], "infinite.yaml: Helm can't read it: unsupported value: +Inf\n"),
        (["--set", "a"], '--set a: key "a" has no value\n'),
        (["--set-json", "a=x"], "--set-json a=x: Helm can't read it\n"),
        (["--set-file", "a=none"], "--set-file a=none: open none: no such file or directory\n"),
        (["--sets", "a=1"], "Usage: genx-fx validate"),
        (["--format", "xml"], "Usage: genx-fx validate"),
    ],
)
def test_what_can_not_be_looked_at_exits_with_2(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "broken.yaml").write_text("a: [1\n")
    (tmp_path / "list.yaml").write_text("- 1\n")
    (tmp_path / "infinite.yaml").write_text("a: .inf\n")

    done = validate(tmp_path, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)
    assert "Traceback" not in done.stderr


def test_everything_that_can_not_be_read_is_named_at_once(tmp_path: Path) -> None:
    files = validate(tmp_path, "-f", "a.yaml,b.yaml")
    options = validate(tmp_path, "--set", "a", "--set", "b=1", "--set-string", "c[x]=1")

    assert [line.partition(": ")[0] for line in files.stderr.splitlines()] == ["a.yaml", "b.yaml"]
    assert [line.partition(": ")[0] for line in options.stderr.splitlines()] == [
        "--set a",
        "--set-string c[x]=1",
    ]


@pytest.mark.parametrize(
    ("option", "text", "given"),
    [
        ("--set", "global.storage.logs.size=5Gi", "is 5Gi"),
        ("--set-string", "global.storage.logs.size=5Gi", "is 5Gi"),
        ("--set-json", 'global.storage.logs={"size":"5Gi"}', "is 5Gi"),
        ("--set-json", '{"global":{"storage":{"logs":{"size":"5Gi"}}}}', "is 5Gi"),
        ("--set-literal", "global.storage.logs.size=5Gi", "is 5Gi"),
        ("--set-file", "global.storage.logs.size=size.txt", "is 5Gi"),
    ],
)
def test_every_option_that_sets_values_in_helm_is_understood(
    tmp_path: Path, option: str, text: str, given: str
) -> None:
    (tmp_path / "size.txt").write_text("5Gi")

    done = validate(tmp_path, option, text)

    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"{option} {text}: global.storage.logs.size: {given}; ")


def test_without_a_helm_on_path_the_one_that_make_tools_built_is_asked(tmp_path: Path) -> None:
    built = tmp_path / "cache" / "tools" / "helm4-0123" / "helm"
    built.parent.mkdir(parents=True)
    built.symlink_to(tool_path("helm4"))

    found = validate(tmp_path, path="/nowhere", GENX_FX_CACHE=str(tmp_path / "cache"))
    missing = validate(tmp_path, path="/nowhere", GENX_FX_CACHE=str(tmp_path / "nothing"))

    assert found.returncode == 0
    assert (missing.returncode, missing.stdout) == (2, "")
    assert missing.stderr == (
        "helm is not on PATH, and make tools has built none: see https://helm.sh/docs/intro/install\n"
    )


def test_warnings_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("global: {}\nglobal: {config: {ENV: test}}\n")

    done = validate(tmp_path, "-f", "my.yaml")

    assert done.returncode == 0
    assert done.stderr.startswith("my.yaml:2:1: warning: key 'global' is given twice")


def test_a_key_of_global_that_is_for_another_chart_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("global:\n  cattle: {systemDefaultRegistry: r}\n")

    done = validate(tmp_path, "-f", "my.yaml", "--set", "global.fleet.a=1")

    warning = "is not a key of this chart; it is accepted, as a parent chart may need it"
    assert (done.returncode, done.stdout) == (0, f"the values are valid; {CONTRADICTIONS}\n")
    assert done.stderr.splitlines() == [
        f"my.yaml:2:3: warning: global.cattle {warning}",
        f"--set global.fleet.a=1: warning: global.fleet {warning}",
    ]


def test_a_misspelt_key_of_global_is_a_problem_with_the_likely_key(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("global:\n  storag: {logs: {mode: ephemeral}}\n")

    done = validate(tmp_path, "-f", "my.yaml")

    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "my.yaml:2:3: global.storag: unknown key; did you mean 'storage'?",
        "1 problem",
    ]


@pytest.mark.parametrize("helm", HELMS)
def test_render_names_contradictions_at_their_places(tmp_path: Path, helm: str) -> None:
    (tmp_path / "my.yaml").write_text(
        "application:\n  api:\n    autoscaling: {enabled: true, minReplicas: 40}\n"
    )
    path = str(Path(tool_path(helm)).parent)
    render = ("--spec", str(checkout(tmp_path)), "--render")

    done = validate(
        tmp_path, *render, "-f", "my.yaml", "--set", "global.secrets.source=existing", path=path
    )

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "--set global.secrets.source=existing: global.secrets.existingSecret: is empty, but"
        " global.secrets.source is existing: name the Secret",
        "my.yaml:3:18: application.api.autoscaling: minReplicas 40 is more than maxReplicas 10",
        "2 problems",
    ]
    assert validate(tmp_path, *render, path=path).stdout == "the values are valid\n"


BREAKS_KUBERNETES = """
application:
  api:
    extraVolumes:
      - name: cache
        emptyDir: {sizelimit: 1Mi}
  frontend:
    affinity:
      nodeAffinity:
        preferredDuringSchedulingIgnoredDuringExecution:
          - {weight: high, preference: {}}
extraObjects:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: own}, data: {a: 1}}
  - {apiVersion: example.org/v1, kind: Own, metadata: {name: own}, spec: {any: 1}}
"""


@pytest.mark.parametrize("helm", HELMS)
def test_render_names_what_kubernetes_would_refuse_at_its_value(tmp_path: Path, helm: str) -> None:
    (tmp_path / "my.yaml").write_text(BREAKS_KUBERNETES)
    path = str(Path(tool_path(helm)).parent)
    render = ("--spec", str(checkout(tmp_path)), "--render", "-f", "my.yaml")

    done = validate(tmp_path, *render, path=path)

    pod = "spec.template.spec"
    wish = "affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0]"
    volume = "volumes[3].emptyDir"
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "my.yaml:6:19: application.api.extraVolumes[0].emptyDir: unknown key 'sizelimit'; did you"
        f" mean 'sizeLimit'? (Deployment/api: {pod}.{volume})",
        f'my.yaml:11:22: application.frontend.{wish}.weight: is "high", a whole number is wanted'
        f" (Deployment/frontend: {pod}.{wish}.weight)",
        "my.yaml:13:72: extraObjects[0].data.a: is 1, text is wanted (ConfigMap/own: data.a)",
        "3 problems",
    ]


def test_render_holds_objects_against_the_kubernetes_that_is_named(tmp_path: Path) -> None:
    """A new field is refused by the oldest Kubernetes that the chart supports."""
    (tmp_path / "my.yaml").write_text(
        "application: {api: {affinity: {podAffinity: {}}}}\n"
        "extraObjects:\n  - {apiVersion: v1, kind: Pod, metadata: {name: own},"
        " spec: {containers: [{name: a, image: b, restartPolicyRules: []}]}}\n"
    )
    render = ("--spec", str(checkout(tmp_path)), "--render", "-f", "my.yaml")

    oldest = validate(tmp_path, *render)
    newer = validate(tmp_path, *render, "--kube-version=1.35")
    unknown = validate(tmp_path, *render, "--kube-version=1.99")

    assert "unknown key 'restartPolicyRules'" in oldest.stdout
    assert newer.stdout == "my.yaml is valid\n"
    assert unknown.returncode == 2
    assert unknown.stderr.startswith("--kube-version: 1.99: there are schemas for 1.25, ")


def test_render_says_which_package_it_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes_validate", None)
    with pytest.raises(UsageError, match=r"pip install 'genx-fx\[render\]'"):
        kubernetes.versions()
