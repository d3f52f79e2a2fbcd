"""The commands of the documents name programs, options, targets and files that there are."""

from __future__ import annotations

import functools
import re
import subprocess
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
import yaml

from generator.cli import commands as genx_fx
from generator.spec.load import load_spec
from tests.documents import Block, blocks, commands, documents
from tests.helm import CHART, ROOT
from tests.spec_files import OURS
from tools.build import tool_path

OTHERS = {
    *("cat", "curl", "cut", "git", "grep", "oc", "openssl", "python3", "rm", "sed", "sh", "sort"),
    *("base64", "echo", "export", "restic", "umask", "xargs"),
}
"""Programs that this project has no part in; kubectl's options are for tests/control_plane."""
OWN = {"make", "helm", "kubectl", "SUBSTITUTED"}
PLATFORM = load_spec(OURS).platform
SCRIPTS = [block for block in blocks("bash") if not block.text.startswith("--set")]

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda block: block.place)


def typed(script: Block, program: str) -> list[list[str]]:
    return [command[1:] for command in commands(script.text) if command[0] == program]


def options(words: list[str]) -> list[str]:
    return [word.partition("=")[0] for word in words if re.match(r"--?[a-zA-Z]", word)]


@each_script
def test_programs_are_known(script: Block) -> None:
    names = {command[0] for command in commands(script.text)}
    mine = {name for name in names if name.startswith(".venv/bin/")}
    assert names - mine <= OTHERS | OWN
    for name in mine:
        assert (ROOT / name).exists(), name


@each_script
def test_targets_of_make_exist(script: Block) -> None:
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for words in typed(script, "make"):
        assert {word for word in words if "=" not in word} <= set(rules)


@each_script
def test_options_of_genx_fx_exist(script: Block) -> None:
    for name, *words in typed(script, ".venv/bin/genx-fx"):
        command = genx_fx.commands[name]
        known = {opt for param in command.params for opt in (*param.opts, *param.secondary_opts)}
        assert set(options(words)) <= known, name


@functools.cache
def helm_options(*words: str) -> set[str]:
    """Return the options of a subcommand of Helm 4, as its help has them."""
    command = [str(tool_path("helm4")), *words, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z0-9-]*)", done.stdout))


@each_script
def test_options_of_helm_exist(script: Block) -> None:
    for words in typed(script, "helm"):
        names = words[:2] if words[0] in {"repo", "get"} else words[:1]
        assert set(options(words)) <= helm_options(*names), words


@each_script
def test_tests_and_modules_that_are_run_exist(script: Block) -> None:
    for words in typed(script, ".venv/bin/pytest"):
        for path in (word.partition("::")[0] for word in words if word.startswith("tests/")):
            assert (ROOT / path).exists(), path
    for option, module, *_ in typed(script, ".venv/bin/python"):
        file = ROOT.joinpath(*module.split("."))
        assert option == "-m"
        assert file.with_suffix(".py").exists() or (file / "__main__.py").exists(), module


@each_script
def test_values_files_exist_or_are_the_readers_own(script: Block) -> None:
    own = {
        "my-values.yaml",
        "earlier.yaml",
        "reset.yaml",
        *(f.name for f in (ROOT / "tests/platforms").glob("*.yaml")),
    }
    for words in typed(script, "helm"):
        given = [after for word, after in pairwise(words) if word == "--values"]
        for path in set(given) - own:
            folder, _, name = path.rpartition("/")
            assert folder in {"genx-fx", "charts/genx-fx", ""}, path
            assert (CHART / name).exists(), path


@each_script
def test_every_upgrade_undoes_itself_where_it_fails(script: Block) -> None:
    if script.file.startswith("charts/"):
        return  # shows what to set, and not what to type
    for words in typed(script, "helm"):
        if words[0] == "upgrade" and not any(word.startswith("--dry-run") for word in words):
            assert "--rollback-on-failure" in words


def test_every_package_is_of_this_version() -> None:
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
    for path, text in documents().items():
        packages = re.findall(r"genx-fx-(\d\S+?)\.tgz", text)
        assert set(packages) | {version} == {version}, path
    for script in SCRIPTS:
        for words in typed(script, "helm"):
            if "--version" in words:
                assert words[words.index("--version") + 1] == version


def test_every_address_of_the_repository_is_that_of_the_spec() -> None:
    host = re.escape(urlsplit(PLATFORM.documentation or "").netloc)
    found = re.findall(rf"https://{host}[\w./-]*", "\n".join(documents().values()))
    assert {address.rstrip("./") for address in found} == {PLATFORM.documentation}


def test_words_for_another_helm_are_said() -> None:
    guide = documents()["docs/tasks/upgrade-and-rollback.md"]
    assert "`--atomic`" in guide
