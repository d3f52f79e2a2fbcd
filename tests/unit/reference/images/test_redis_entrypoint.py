"""The entrypoint of the Redis image, with a server that only tells how it was started."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ENTRYPOINT = Path(__file__).parents[4] / "reference/redis/docker-entrypoint.sh"
PROGRAMS = {"redis-server": '#!/bin/sh\necho server "$@"; umask\n', "id": "#!/bin/sh\necho 10001\n"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["redis-server"], "server --protected-mode no\n0077\n"),
        (["redis-server", "--port", "1"], "server --protected-mode no --port 1\n0077\n"),
        (["--port", "1"], "server --protected-mode no --port 1\n0077\n"),
        (["/etc/redis.conf"], "server /etc/redis.conf\n0077\n"),
        (["echo", "hello"], "hello\n"),
    ],
)
def test_arguments_alone_are_those_of_the_server(
    tmp_path: Path, arguments: list[str], expected: str
) -> None:
    for name, text in PROGRAMS.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [str(ENTRYPOINT), *arguments],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
        umask=0o022,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == expected
