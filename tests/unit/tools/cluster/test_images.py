from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from tools.cluster import Cluster, ClusterError, images


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("redis:8", "docker.io/library/redis:8"),
        ("genxdbx/genxdbxfx1:api", "docker.io/genxdbx/genxdbxfx1:api"),
        ("genx-fx.local/reference/api:1", "genx-fx.local/reference/api:1"),
        ("localhost/api:1", "localhost/api:1"),
        ("registry:5000/api:1", "registry:5000/api:1"),
    ],
)
def test_names_are_those_that_nodes_list(name: str, full: str) -> None:
    assert images.full_name(name) == full


def archive(folder: Path, manifest: object) -> Path:
    text = json.dumps(manifest).encode()
    with tarfile.open(folder / "images.tar", "w") as tar:
        entry = tarfile.TarInfo("manifest.json")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text))
    return folder / "images.tar"


def test_the_names_of_an_archive_are_read(tmp_path: Path) -> None:
    made = archive(tmp_path, [{"RepoTags": ["redis:8", "redis:latest"]}, {"RepoTags": ["a.b/c:1"]}])
    assert images.archive_names(made) == {
        "docker.io/library/redis:8",
        "docker.io/library/redis:latest",
        "a.b/c:1",
    }


@pytest.mark.parametrize("tags", [None, []])
def test_images_without_names_are_refused(tmp_path: Path, tags: object) -> None:
    with pytest.raises(ClusterError, match="have no names: save them by name"):
        images.archive_names(archive(tmp_path, [{"RepoTags": tags}]))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not an archive")
    with pytest.raises(ClusterError, match=r"notes\.txt is not an archive of `docker save`"):
        images.archive_names(tmp_path / "notes.txt")
    with pytest.raises(ClusterError, match=r"cannot read .*: No such file"):
        images.archive_names(tmp_path / "missing.tar")


def test_nothing_is_loaded_into_a_cluster_that_is_used_as_it_is(tmp_path: Path) -> None:
    cluster = Cluster(kubeconfig=tmp_path, context="production", kubectl=tmp_path)
    with pytest.raises(ClusterError, match="production, which is used as it is"):
        images.load(cluster, [])
