from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tools.cluster import ClusterError, cgroups


class Kernel:
    """What the kernel does when a file of its cgroups is written to."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.processes = ["0", "1", "7"]
        self.late: list[str] = []
        """Processes that come once the others have moved."""
        self.refusal = 0
        """The error that it refuses to move processes with."""
        root.mkdir()
        (root / "cgroup.type").write_text("domain\n")
        (root / "cgroup.controllers").write_text("cpu memory pids\n")
        (root / "cgroup.subtree_control").write_text("pids\n")
        self.show()

    def show(self) -> None:
        (self.root / "cgroup.procs").write_text("".join(f"{pid}\n" for pid in self.processes))

    def write(self, file: Path, text: str) -> None:
        if file == self.root / "cgroup.subtree_control":
            if set(self.processes) - {"0"}:
                raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(file))
            names = [*file.read_text().split(), *(one.removeprefix("+") for one in text.split())]
            file.write_text(" ".join(names) + "\n")
            return
        assert file == self.root / "init" / "cgroup.procs"
        assert file.parent.is_dir()
        if self.refusal:
            raise OSError(self.refusal, os.strerror(self.refusal), str(file))
        self.processes.remove(text)
        if self.processes == ["0"] and self.late:
            self.processes.append(self.late.pop())
        self.show()


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """Return a container on cgroup v2: its processes are in the root that it sees."""
    kernel = Kernel(tmp_path / "cgroup")
    monkeypatch.setattr(cgroups, "_write", kernel.write)
    return kernel


def contents(root: Path) -> dict[str, str]:
    return {
        str(file.relative_to(root)): file.read_text() if file.is_file() else ""
        for file in root.rglob("*")
    }


def test_processes_make_way_and_controllers_are_handed_down(kernel: Kernel) -> None:
    cgroups.hand_down_controllers(kernel.root)
    assert kernel.processes == ["0"]
    enabled = (kernel.root / "cgroup.subtree_control").read_text()
    assert enabled.split() == ["pids", "cpu", "memory"]


def test_processes_that_come_meanwhile_move_as_well(kernel: Kernel) -> None:
    kernel.late = ["9", "8"]
    cgroups.hand_down_controllers(kernel.root)
    assert kernel.processes == ["0"]
    assert "memory" in (kernel.root / "cgroup.subtree_control").read_text()


def test_a_process_that_has_ended_meanwhile_is_passed_over(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(file: Path, text: str) -> None:
        kernel.write(file, text)
        if text == "7":
            raise OSError(errno.ESRCH, os.strerror(errno.ESRCH), str(file))

    monkeypatch.setattr(cgroups, "_write", write)
    cgroups.hand_down_controllers(kernel.root)
    assert "memory" in (kernel.root / "cgroup.subtree_control").read_text()


@pytest.mark.parametrize(
    "where", ["cgroup v1", "the real root", "handed down", "nobody in the way"]
)
def test_nothing_is_done_where_it_is_not_needed(kernel: Kernel, where: str) -> None:
    if where == "cgroup v1":
        (kernel.root / "cgroup.controllers").unlink()
    if where == "the real root":
        (kernel.root / "cgroup.type").unlink()
    if where == "handed down":
        (kernel.root / "cgroup.subtree_control").write_text("cpu memory pids\n")
    if where == "nobody in the way":
        kernel.processes = ["0"]
        kernel.show()
    before = contents(kernel.root)
    cgroups.hand_down_controllers(kernel.root)
    assert contents(kernel.root) == before


def test_a_machine_that_does_not_allow_it_is_explained(kernel: Kernel) -> None:
    kernel.refusal = errno.EROFS
    with pytest.raises(
        ClusterError, match=r"Read-only file system at .*; run it with --privileged"
    ):
        cgroups.hand_down_controllers(kernel.root)


def test_processes_without_end_are_given_up_on(
    kernel: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "PATIENCE", -1)
    kernel.late = ["8"]
    with pytest.raises(ClusterError, match="new processes keep coming"):
        cgroups.hand_down_controllers(kernel.root)
