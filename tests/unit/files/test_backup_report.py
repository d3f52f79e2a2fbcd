"""What the Jobs of backups tell Prometheus, with steps that only succeed or fail."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.helm import CHART

SCRIPTS = CHART / "charts/data/files/mysql/backup"
SCRIPT = (SCRIPTS / "report.sh").read_text()
METRIC = "fx_mysql_backup"
LABELS = {"cronjob": "mysql-backup"}


class Pod:
    """The volumes of a Job's pod, and the shell that its image has."""

    def __init__(self, folder: Path, shell: str) -> None:
        self.folder = folder
        self.metrics = folder / "metrics"
        self.metrics.mkdir()
        self.shell = shell
        self.start()

    def start(self) -> None:
        """Make the pod of a new run, with a scratch volume of its own."""
        self.work = self.folder / f"work-{len(list(self.folder.iterdir()))}"
        self.work.mkdir()

    def command(self, step: str) -> list[str]:
        text = SCRIPT.replace("/work/", f"{self.work}/").replace("/metrics/", f"{self.metrics}/")
        text = text.replace("/scripts/", f"{SCRIPTS}/")  # last: the checkout may be below /work
        path = self.work / "report.sh"
        path.write_text(text)
        return [self.shell, str(path), "sh", "-c", step]

    def environment(self, *, is_last: bool) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOSTNAME": "mysql-backup-1",
            "METRIC": METRIC,
            "CRONJOB": "mysql-backup",
            "IS_LAST": str(is_last).lower(),
        }

    def step(self, step: str, *, is_last: bool = False) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(step),
            env=self.environment(is_last=is_last),
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    def began(self, *, ago: int) -> int:
        """Have the run begun some seconds ago, and return when."""
        moment = int(time.time()) - ago
        (self.work / "began").write_text(f"{moment}\n")
        return moment

    def told(self) -> dict[str, float]:
        """Return what Prometheus reads, by its name without what all have in common."""
        text = (self.metrics / "mysql-backup.prom").read_text()
        families = list(text_string_to_metric_families(text))
        assert all(family.documentation and family.type == "gauge" for family in families)
        samples = [sample for family in families for sample in family.samples]
        assert all(sample.labels == LABELS for sample in samples)
        assert len({sample.name for sample in samples}) == len(samples)
        return {sample.name.removeprefix(f"{METRIC}_"): sample.value for sample in samples}


@pytest.fixture(params=["sh", "bash"])
def pod(tmp_path: Path, request: pytest.FixtureRequest) -> Pod:
    return Pod(tmp_path, request.param)


def test_a_run_that_has_succeeded_is_told_at_its_end_alone(pod: Pod) -> None:
    moment = pod.began(ago=40)
    done = pod.step("echo taken; echo said >&2")
    assert (done.returncode, done.stdout, done.stderr) == (0, "taken\n", "said\n")
    assert list(pod.metrics.iterdir()) == []
    pod.step("true", is_last=True)
    told = pod.told()
    assert 40 <= told.pop("last_run_duration_seconds") < 50
    assert told == {
        "last_run_timestamp_seconds": moment,
        "last_run_success": 1,
        "last_success_timestamp_seconds": moment,
    }
    assert [path.name for path in pod.metrics.iterdir()] == ["mysql-backup.prom"]


def test_a_run_begins_with_its_first_step(pod: Pod) -> None:
    before = int(time.time())
    pod.step("true")
    first = (pod.work / "began").read_text()
    pod.step("sleep 1.1; true", is_last=True)
    assert before <= int(first) <= time.time()
    assert pod.told()["last_run_timestamp_seconds"] == int(first)
    assert pod.told()["last_run_duration_seconds"] >= 1


def test_a_failure_is_told_at_once_and_keeps_the_last_success(pod: Pod) -> None:
    success = pod.began(ago=900)
    pod.step("true", is_last=True)
    pod.start()
    failure = pod.began(ago=3)
    done = pod.step("exit 7")
    assert done.returncode == 7
    told = pod.told()
    assert told["last_run_success"] == 0
    assert told["last_run_timestamp_seconds"] == failure
    assert told["last_success_timestamp_seconds"] == success


def test_a_failure_before_any_success_counts_as_never(pod: Pod) -> None:
    pod.step("false")
    assert pod.told()["last_success_timestamp_seconds"] == 0


def test_the_size_of_the_last_dump_is_told_until_there_is_another(pod: Pod) -> None:
    dump = pod.work / "dump/dump.sql.zst"
    dump.parent.mkdir()
    dump.write_bytes(b"x" * 1234)
    pod.step("true", is_last=True)
    assert pod.told()["dump_size_bytes"] == 1234
    pod.start()
    pod.step("true", is_last=True)  # of the binary log alone
    assert pod.told()["dump_size_bytes"] == 1234
    pod.start()
    (pod.work / "dump").mkdir()
    (pod.work / "dump/dump.sql.zst").write_bytes(b"half")
    pod.step("false")
    assert pod.told()["dump_size_bytes"] == 1234, "one that was not kept is none"


def test_a_file_that_cannot_be_written_fails_no_backup(pod: Pod) -> None:
    pod.metrics.rmdir()
    done = pod.step("true", is_last=True)
    assert done.returncode == 0
    assert "mysql-backup.prom could not be written" in done.stderr


def test_a_half_written_file_is_never_seen(pod: Pod) -> None:
    pod.step("true", is_last=True)
    old = pod.told()
    (pod.metrics / ".mysql-backup.mysql-backup-1").mkdir()  # in the way of the next one
    done = pod.step("false")
    assert "could not be written" in done.stderr
    assert pod.told() == old


def test_everybody_may_read_it(pod: Pod) -> None:
    pod.step("umask 077; true", is_last=True)
    assert (pod.metrics / "mysql-backup.prom").stat().st_mode & 0o777 == 0o644


def test_a_run_that_is_ended_has_failed(pod: Pod) -> None:
    """As its deadline does: Kubernetes sends a signal to the first process of the container."""
    stepping = "trap 'echo stops; exit 3' TERM; touch started; while :; do sleep 0.1; done"
    process = subprocess.Popen(
        pod.command(f"cd {pod.work}; {stepping}"),
        env=pod.environment(is_last=True),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        while not (pod.work / "started").exists():
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=20)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    assert (process.returncode, said) == (3, "stops\n")
    assert pod.told()["last_run_success"] == 0
