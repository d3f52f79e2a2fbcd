"""Where base file systems come from."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from reference.images.catalogue import RUNTIME
from tools.kind_node.cache import BuildError

PROGRAMS = {
    "apt-get": "#!/bin/sh\necho http://mirror.example/debian/ Debian\n",
    "apt-config": "#!/bin/sh\necho 'Acquire::Check-Date \"false\";'\n",
    # Writes what it is told into the file that it is to make: the last argument but one.
    "mmdebstrap": '#!/bin/bash\nprintf \'%s\\n\' "$@" > "${@: -2:1}"\n',
}


def test_missing_mmdebstrap_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="on Debian as root: apt-get install mmdebstrap"):
        RUNTIME.tar()


def test_apts_own_settings_reach_mmdebstrap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    told = RUNTIME.tar().read_text().splitlines()
    assert '--aptopt=Acquire::Check-Date "false";' in told
    assert f"--include={','.join(RUNTIME.packages)}" in told
    assert told[-3] == RUNTIME.suite
    assert told[-1].endswith(f" http://mirror.example/debian/ {RUNTIME.suite} main")


def test_file_system_is_known_by_what_it_is_made_from() -> None:
    others = [
        replace(RUNTIME, suite="sid"),
        replace(RUNTIME, packages=(*RUNTIME.packages, "zstd")),
        replace(RUNTIME, without=()),
        replace(RUNTIME, user="redis:x:999:999::/:/bin/false"),
    ]
    keys = {root.key() for root in (RUNTIME, replace(RUNTIME), *others)}
    assert len(keys) == 5
