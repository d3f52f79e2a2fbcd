from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tools.kind_node.cache import (
    BuildError,
    build_once,
    cache_folder,
    cache_key,
    files_key,
    forget_older,
    progress,
    run,
)


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({"GENX_FX_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/a/images"),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, "/b/genx-fx/images"),
        ({"HOME": "/c"}, "/c/.cache/genx-fx/images"),
    ],
)
def test_the_cache_is_where_the_user_says(
    variables: dict[str, str], folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GENX_FX_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_folder("images") == Path(folder)


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("cache", "no absolute path"),
        ("~/cache", "no absolute path"),
        ("/var/cache:/tmp", "a colon"),
        ("{tmp_path}/file", "file is a file"),
        ("{tmp_path}/file/cache/deeper", "file is a file"),
    ],
)
def test_a_cache_that_cannot_be_is_explained(
    folder: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    given = folder.format(tmp_path=tmp_path)
    monkeypatch.setenv("GENX_FX_CACHE", given)
    with pytest.raises(BuildError) as caught:
        cache_folder("images")
    message = str(caught.value)
    assert message.startswith(f"GENX_FX_CACHE is {given!r}, which ")
    assert reason in message
    assert message.endswith("set it to one, or unset it for ~/.cache/genx-fx")


def test_a_cache_that_is_another_users_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "deeper"))
    monkeypatch.setattr(
        os, "access", lambda folder, mode: folder != tmp_path
    )  # as for a user other than root
    with pytest.raises(BuildError, match=f"cannot be written to: {tmp_path} is another user's"):
        cache_folder("images")


def test_a_key_tells_parts_apart() -> None:
    assert cache_key("ab", "c") != cache_key("a", "bc")
    assert cache_key("a", b"b") == cache_key("a", "b")


def test_a_key_of_files_sees_names_modes_and_contents(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("1")
    keys = [files_key(tmp_path)]
    file.write_text("2")
    keys.append(files_key(tmp_path))
    file.chmod(0o755)
    keys.append(files_key(tmp_path))
    file.rename(tmp_path / "b")
    keys.append(files_key(tmp_path))
    assert len(set(keys)) == 4
    assert files_key(tmp_path) == keys[-1]


def test_a_product_is_built_once_by_many_threads(tmp_path: Path) -> None:
    product = tmp_path / "key" / "product"
    built: list[Path] = []
    together = threading.Barrier(4)

    def build(path: Path) -> None:
        built.append(path)
        path.write_text("whole")

    def ask(_: int) -> str:
        together.wait()
        return build_once(product, "building", build).read_text()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == ["whole"] * 4
    assert len(built) == 1


@pytest.mark.parametrize("folder", [True, False])
def test_a_broken_off_build_leaves_no_product(tmp_path: Path, folder: bool) -> None:
    product = tmp_path / "product"

    def break_off(path: Path) -> None:
        if folder:
            path.mkdir()
            path /= "file"
        path.write_text("half")
        raise BuildError("no more space")

    with pytest.raises(BuildError):
        build_once(product, "building", break_off)
    assert not product.exists()
    build_once(product, "building", lambda path: path.mkdir())
    assert list(product.iterdir()) == []


@pytest.mark.parametrize("suffix", [".tar", ""])
def test_products_that_were_not_used_lately_are_deleted(tmp_path: Path, suffix: str) -> None:
    older = [tmp_path / f"node-{number}{suffix}" for number in range(4)]
    others = [tmp_path / name for name in ("node-agent-0", "root-0.tar", "node-0.tar.lock")]
    for age, path in enumerate([*others, *older]):
        if path.suffix:
            path.touch()
        else:
            path.mkdir()
            (path / "node.tar").touch()
        os.utime(path, (age, age))
    forget_older(older[1])
    assert set(tmp_path.iterdir()) == {*others, older[1], older[3]}


def test_progress_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("building etcd"):
        assert capsys.readouterr().err == "  building etcd ..."
    assert capsys.readouterr().err == " 0 s\n"


def test_progress_tells_of_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BuildError), progress("building etcd"):
        raise BuildError("no")
    assert capsys.readouterr().err == "  building etcd ... failed\n"


def test_progress_of_two_at_a_time_stays_readable(capsys: pytest.CaptureFixture[str]) -> None:
    first, second = progress("one"), progress("two")
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert capsys.readouterr().err.splitlines() == [
        "  one ...",
        "  two ...",
        "  one ... 0 s",
        "  two ... 0 s",
    ]


def test_a_program_that_fails_is_an_error_of_one_sentence() -> None:
    script = "import sys; print('first\\nthe reason\\n', file=sys.stderr); sys.exit(1)"
    with pytest.raises(BuildError, match=r"^cannot build etcd: the reason$"):
        run([sys.executable, "-c", script], "build etcd")


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"^cannot build: there is no program \S+/none$"):
        run([tmp_path / "none"], "build")


def test_what_a_program_prints_is_returned(tmp_path: Path) -> None:
    script = "import os; print(os.getcwd(), os.environ['A'])"
    printed = run([sys.executable, "-c", script], "see", folder=tmp_path, env={"A": "1"})
    assert printed == f"{tmp_path} 1\n"
