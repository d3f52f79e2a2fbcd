from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools.kind_node.archive import File, Folder, Image, Layer, Link, tree, write_archive


def _open(layer: Layer) -> tarfile.TarFile:
    return tarfile.open(fileobj=io.BytesIO(b"".join(layer.chunks())))


def _read(archive: Path) -> tuple[Any, dict[str, bytes]]:
    with tarfile.open(archive) as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]
    return json.loads(members["manifest.json"]), members


def test_a_layer_holds_what_was_listed(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_bytes(b"x" * 2_500_000)
    layer = Layer.from_files(
        [
            File("/usr/bin/program", program, mode=0o755),
            Link("usr/bin/alias", "program"),
            Folder("tmp", mode=0o1777),
            File("etc/passwd", "root:x:0:0::/:/bin/sh\n", uid=1, gid=2),
        ]
    )
    with _open(layer) as tar:
        listed = {m.name: (m.type, m.mode, m.uid, m.gid, m.mtime) for m in tar}
        content = tar.extractfile("usr/bin/program")
        assert content is not None
        assert content.read() == program.read_bytes()
        assert tar.getmember("usr/bin/alias").linkname == "program"
    assert listed == {
        "etc": (tarfile.DIRTYPE, 0o755, 0, 0, 0),
        "etc/passwd": (tarfile.REGTYPE, 0o644, 1, 2, 0),
        "tmp": (tarfile.DIRTYPE, 0o1777, 0, 0, 0),
        "usr": (tarfile.DIRTYPE, 0o755, 0, 0, 0),
        "usr/bin": (tarfile.DIRTYPE, 0o755, 0, 0, 0),
        "usr/bin/alias": (tarfile.SYMTYPE, 0o777, 0, 0, 0),
        "usr/bin/program": (tarfile.REGTYPE, 0o755, 0, 0, 0),
    }


def test_long_and_foreign_names_survive() -> None:
    name = "opt/" + "a" * 150 + "/" + "ü" * 60
    with _open(Layer.from_files([File(name, b"")])) as tar:
        assert name in tar.getnames()


def test_digest_and_size_are_those_of_the_bytes() -> None:
    layer = Layer.from_files([File("a", b"1")])
    data = b"".join(layer.chunks())
    assert layer.size == len(data) == tarfile.RECORDSIZE
    assert layer.digest == hashlib.sha256(data).hexdigest()


def test_order_and_times_make_no_difference(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"1")
    first = Layer.from_files([File("b", file), File("a/c", b"2")])
    os.utime(file, (1, 1))
    second = Layer.from_files([File("a/c", b"2"), File("b", file)])
    assert first == second


def test_a_tar_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "base.tar"
    with tarfile.open(path, "w") as tar:
        tar.addfile(tarfile.TarInfo("dev"))
    layer = Layer.from_tar(path)
    assert b"".join(layer.chunks()) == path.read_bytes()
    assert layer.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["", "/", "a/../b"])
def test_a_path_outside_the_image_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is no path in an image"):
        Layer.from_files([File(name, b"")])


def test_a_path_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="/a is listed twice"):
        Layer.from_files([File("a", b""), Folder("/a")])


def test_a_tree_becomes_entries(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir(mode=0o755)
    (tmp_path / "bin" / "run").write_text("")
    (tmp_path / "bin" / "run").chmod(0o750)
    (tmp_path / "link").symlink_to("bin/run")
    assert tree(tmp_path, "opt/app") == [
        Folder("opt/app/bin", 0o755),
        File("opt/app/bin/run", tmp_path / "bin" / "run", 0o750),
        Link("opt/app/link", "bin/run"),
    ]


def test_images_share_layers_in_one_archive(tmp_path: Path) -> None:
    base = Layer.from_files([File("etc/os", b"1")])
    top = Layer.from_files([File("app", b"2", 0o755)])
    images = [
        Image(["local/base:1"], [base], {}),
        Image(["local/app:1", "local/app:latest"], [base, top], {"Entrypoint": ["/app"]}),
    ]
    write_archive(tmp_path / "archive.tar", images)
    manifest, members = _read(tmp_path / "archive.tar")

    assert [entry["RepoTags"] for entry in manifest] == [
        ["local/base:1"],
        ["local/app:1", "local/app:latest"],
    ]
    assert manifest[0]["Layers"] == manifest[1]["Layers"][:1]
    assert len(members) == 2 + 2 + 1
    for entry, image in zip(manifest, images, strict=True):
        config = json.loads(members[entry["Config"]])
        digests = [hashlib.sha256(members[name]).hexdigest() for name in entry["Layers"]]
        assert config["rootfs"]["diff_ids"] == [f"sha256:{digest}" for digest in digests]
        assert config["config"] == image.config
        assert hashlib.sha256(members[entry["Config"]]).hexdigest() + ".json" == entry["Config"]


def test_the_same_images_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        layer = Layer.from_files([File("a", b"1"), File("b", b"2")])
        write_archive(tmp_path / name, [Image(["local/a:1"], [layer], {"User": "1"})])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_file_that_changes_meanwhile_is_noticed(tmp_path: Path) -> None:
    base = tmp_path / "base.tar"
    base.write_bytes(b"1" * 100)
    image = Image(["local/a:1"], [Layer.from_tar(base)], {})
    base.write_bytes(b"1" * 99)
    with pytest.raises(ValueError, match="has changed while it was read"):
        write_archive(tmp_path / "archive.tar", [image])
