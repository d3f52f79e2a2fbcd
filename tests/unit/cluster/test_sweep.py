"""One process of a run of the cluster tests removes what earlier ones left, before all others."""

from __future__ import annotations

import threading
from pathlib import Path

from tests.cluster.sweep import once_a_run


def test_only_the_first_process_of_a_run_sweeps(tmp_path: Path) -> None:
    swept: list[str] = []
    lock = tmp_path / "lock"
    first = once_a_run(lock, lambda: swept.append("first"))
    with first, once_a_run(lock, lambda: swept.append("second")):
        assert swept == ["first"]
    with once_a_run(lock, lambda: swept.append("next run")):
        assert swept == ["first", "next run"]


def test_the_others_wait_until_it_is_done(tmp_path: Path) -> None:
    lock, order = tmp_path / "lock", []
    sweeping, may_end = threading.Event(), threading.Event()

    def sweep() -> None:
        sweeping.set()
        assert may_end.wait(10)
        order.append("swept")

    def first() -> None:
        with once_a_run(lock, sweep):
            pass

    def second() -> None:
        with once_a_run(lock, lambda: None):
            order.append("begun")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert sweeping.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    assert order == [], "the second has not waited"
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert order == ["swept", "begun"]
