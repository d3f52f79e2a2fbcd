from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tools.build import GO_TOOLS, TOOLS, GoModule, read_go_mod, tool_path
from tools.kind_node.cache import BuildError


def test_every_go_program_is_in_the_table() -> None:
    folders = {path.parent.name for path in TOOLS.glob("*/go.mod")}
    assert folders == {tool.folder for tool in GO_TOOLS.values()}
    for folder in folders:
        lines = (TOOLS / folder / "go.mod").read_text()
        pinned = set(re.findall(r"^(?:tool )?\s*(\S+/\S+)$", lines, re.MULTILINE))
        packages = {t.package for t in GO_TOOLS.values() if t.folder == folder and not t.is_own}
        assert pinned == packages


def test_a_version_is_that_of_the_innermost_module_that_holds_the_package() -> None:
    required = {"example.org/a": "v1.0.0", "example.org/a/b": "v2.0.0", "example.org/ab": "v3.0.0"}
    module = GoModule(TOOLS / "go", "1.26", required)
    assert module.version_of("example.org/a/b/cmd") == "v2.0.0"
    assert module.version_of("example.org/a/c") == "v1.0.0"
    with pytest.raises(BuildError, match=r"go/go.mod requires no module that holds example.org/d"):
        module.version_of("example.org/d")


def test_helm_3_and_helm_4_share_their_libraries() -> None:
    (folder,) = {GO_TOOLS[name].folder for name in ("helm3", "helm4", "render")}
    required = read_go_mod(TOOLS / folder).required
    assert {"helm.sh/helm/v3", "helm.sh/helm/v4", "k8s.io/client-go"} <= set(required)


def test_external_secrets_is_built_with_the_libraries_of_helm() -> None:
    """So that nine tenths of it are compiled already."""
    helm = read_go_mod(TOOLS / GO_TOOLS["helm4"].folder).required
    own = read_go_mod(TOOLS / GO_TOOLS["external-secrets"].folder).required
    shared = own.keys() & helm.keys()
    assert {"k8s.io/client-go", "sigs.k8s.io/controller-runtime"} <= shared
    assert {module: own[module] for module in shared} == {module: helm[module] for module in shared}


def test_external_secrets_serves_none_but_an_api_server_of_this_machine(tmp_path: Path) -> None:
    kubeconfig = tmp_path / "kubeconfig"
    kubeconfig.write_text(
        yaml.safe_dump(
            {
                "clusters": [{"name": "there", "cluster": {"server": "https://192.0.2.1:6443"}}],
                "contexts": [{"name": "there", "context": {"cluster": "there"}}],
                "current-context": "there",
            }
        )
    )
    options = [f"--kubeconfig={kubeconfig}", "--namespace=default"]
    done = subprocess.run(
        [tool_path("external-secrets"), *options],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "https://192.0.2.1:6443, and this program is for one on 127.0.0.1 alone" in done.stderr


def test_an_unknown_tool_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BuildError, match=r"no tool 'helm5', only .*helm3, helm4, .*render"):
        tool_path("helm5")
