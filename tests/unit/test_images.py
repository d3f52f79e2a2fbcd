"""`genx-fx images` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helm import HELMS, ROOT
from tests.spec_files import FOREX, checkout
from tools.build import tool_path

IMAGES = [
    "genxdbx/genxdbxfx1:api-latest",
    "genxdbx/genxdbxfx1:frontend-latest",
    "genxdbx/genxdbxfx1:trading-latest",
    "grafana/grafana:12.1.1",
    "mysql:8.4.6",
    "python:3.13.7-alpine3.22",
    "redis:7.4.5-alpine",
]
OWN_POD = 'extraObjects=[{"kind": "Pod", "spec": {"containers": [{"image": "busybox:1"}]}}]'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("images")
    checkout(folder)
    return folder


def images(
    folder: Path, *arguments: str, helm: str = "helm4", given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "generator", "images", *arguments],
        cwd=folder,
        env=os.environ | {"PATH": str(Path(tool_path(helm)).parent), "PYTHONPATH": str(ROOT)},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("helm", HELMS)
def test_images_are_listed_one_a_line_sorted_and_once_each(folder: Path, helm: str) -> None:
    done = images(folder, helm=helm)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == IMAGES


def test_the_list_follows_values_from_every_kind_of_option(folder: Path) -> None:
    values = "monitoring: {grafana: {enabled: false}}"
    options = ["--set", "data.redis.image.tag=7.2", "--set-json", OWN_POD]
    done = images(folder, "-f", "-", *options, "--format", "json", given=values)

    expected = {*IMAGES, "busybox:1", "redis:7.2"} - {
        "grafana/grafana:12.1.1",
        "redis:7.4.5-alpine",
    }
    assert json.loads(done.stdout) == sorted(expected)


@pytest.mark.parametrize("helm", HELMS)
def test_crane_copies_each_image_to_its_name_at_the_registry(folder: Path, helm: str) -> None:
    done = images(folder, "--format", "crane", "--to", "registry.example.org/fx", helm=helm)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"crane copy {image} registry.example.org/fx/{image}" for image in IMAGES
    ]


def test_skopeo_copies_all_platforms_and_keeps_digests(folder: Path) -> None:
    digest = f"sha256:{'0' * 64}"
    pinned = ["--set", f"data.mysql.image.digest={digest}"]
    done = images(folder, "--format", "skopeo", "--to", "registry.example.org", *pinned)

    copies = "skopeo copy --all --preserve-digests"
    line = f"{copies} docker://mysql@{digest} docker://registry.example.org/mysql@{digest}"
    assert line in done.stdout.splitlines()


def test_the_registry_of_the_values_is_copied_to_from_where_images_are_without_it(
    folder: Path,
) -> None:
    values = "global: {imageRegistry: registry.example.org}"
    implied = images(folder, "--format", "crane", "-f", "-", given=values)
    named = images(
        folder, "--format", "crane", "-f", "-", "--to", "registry.example.org/", given=values
    )
    other = images(
        folder, "--format", "crane", "-f", "-", "--to", "other.example.org", given=values
    )

    line = "crane copy mysql:8.4.6 registry.example.org/mysql:8.4.6"
    assert line in implied.stdout.splitlines()
    assert named.stdout == implied.stdout
    line = "crane copy registry.example.org/mysql:8.4.6 other.example.org/mysql:8.4.6"
    assert line in other.stdout.splitlines()


def test_an_image_that_values_name_in_full_is_warned_of(folder: Path) -> None:
    options = ["--to", "registry.example.org", "--set-json", OWN_POD]
    lines = images(folder, "--format", "crane", *options)
    listed = images(folder, "--format", "json", *options)

    assert "busybox" not in lines.stdout
    assert lines.stderr == (
        "warning: busybox:1 is not copied: the values name it in full, and global.imageRegistry"
        " does not replace its registry; copy it yourself, and name the copy in your values\n"
    )
    assert json.loads(listed.stdout)[:2] == [
        {"image": "busybox:1", "to": None},
        {
            "image": "genxdbx/genxdbxfx1:api-latest",
            "to": "registry.example.org/genxdbx/genxdbxfx1:api-latest",
        },
    ]


@pytest.mark.parametrize(
    ("code", "arguments", "message"),
    [
        (
            2,
            ["--format", "crane"],
            "there is no registry to copy to: give --to registry.example.org, or set"
            " global.imageRegistry in your values",
        ),
        (
            2,
            ["--format", "crane", "--to", "https://registry.example.org"],
            "--to https://registry.example.org: a registry such as registry.example.org:5000 is"
            " wanted, without a scheme",
        ),
        (
            2,
            [
                *("--format", "skopeo", "--to", "registry.example.org"),
                *("--set", "data.redis.image.registry=a.example.org"),
                *("--set", "data.redis.image.repository=mysql,data.redis.image.tag=8.4.6"),
            ],
            "a.example.org/mysql:8.4.6 and mysql:8.4.6 would both be"
            " registry.example.org/mysql:8.4.6, and one would replace the other; give one of them"
            " another repository or tag in your values",
        ),
        (
            1,
            ["--set", "global.exposure=none"],
            "--set global.exposure=none: global.exposure: is none; allowed are loadBalancer,"
            " ingress, gateway, clusterIP",
        ),
        (
            1,
            ["--set", "global.secrets.source=existing"],
            "--set global.secrets.source=existing: global.secrets.existingSecret: is empty, but"
            " global.secrets.source is existing: name the Secret",
        ),
        (2, ["-f", "none.yaml"], "none.yaml: no such file or directory"),
    ],
)
def test_what_can_not_be_listed_is_said_in_words(
    folder: Path, code: int, arguments: list[str], message: str
) -> None:
    done = images(folder, *arguments)

    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr == f"{message}\n"


def test_where_to_copy_to_is_asked_only_of_copies(folder: Path) -> None:
    done = images(folder, "--to", "registry.example.org")

    assert done.returncode == 2
    assert "--to is for --format crane, skopeo or json" in done.stderr


def test_a_chart_that_is_not_built_is_named(tmp_path: Path) -> None:
    done = images(tmp_path, "--spec", str(FOREX))

    assert done.returncode == 2
    assert done.stderr.endswith("charts/genx-fx: no chart is there; run genx-fx build\n")
