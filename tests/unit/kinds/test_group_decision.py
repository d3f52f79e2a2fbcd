"""Who starts a group of servers, over all states that three of them can be in."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from generator.kinds.mysql.files.agent.decide import Decision, Silent, decide
from generator.kinds.mysql.files.agent.state import View

NAMES = ("mysql-group-0", "mysql-group-1", "mysql-group-2")
# Sets of transactions: each letter stands for one. None is a disk that was never in the group.
DISKS = (None, "a", "ab", "abc", "ax")
FIRST, SECOND, THIRD = NAMES

Seen = View | Silent


def contains(everything: str, some: str) -> bool:
    return set(some) <= set(everything)


def off(disk: str | None, state: str = "OFFLINE") -> View:
    return View(state, "", False, False, disk is not None, disk or "")


def on(disk: str | None, role: str = "SECONDARY", *, quorum: bool = True) -> View:
    writable = quorum and role == "PRIMARY"
    return View("ONLINE", role, quorum, writable, disk is not None, disk or "")


DEAD = Silent()
STATES: tuple[Seen, ...] = (
    *(off(disk) for disk in DISKS),
    off("ab", "ERROR"),
    View("RECOVERING", "SECONDARY", True, False, True, "ab"),
    on("ab", "PRIMARY"),
    on("ab"),
    on("ab", quorum=False),
    on(None, "PRIMARY"),
    DEAD,
)


def decisions(seen: Sequence[Seen]) -> dict[str, Decision]:
    """What each server decides that has to: those that answer and are in no group."""
    members = dict(zip(NAMES, seen, strict=True))
    return {
        name: decide(name, members, contains)
        for name, own in members.items()
        if isinstance(own, View) and own.state in ("OFFLINE", "ERROR")
    }


def starters(seen: Sequence[Seen]) -> list[str]:
    return [name for name, made in decisions(seen).items() if made.action == "start"]


ALL = list(itertools.product(STATES, repeat=3))


def test_two_servers_never_start_a_group() -> None:
    for seen in ALL:
        assert len(starters(seen)) <= 1, seen


def test_nobody_starts_a_group_beside_one_that_works_or_may_work() -> None:
    for seen in ALL:
        if any(isinstance(one, View) and one.state == "ONLINE" for one in seen):
            assert not starters(seen), seen


def test_nobody_starts_a_group_by_itself_with_less_than_another_has() -> None:
    for seen in ALL:
        for name in starters(seen):
            own = seen[NAMES.index(name)]
            assert isinstance(own, View)
            for other in seen:
                assert isinstance(other, View), "a server that does not answer may have more"
                assert contains(own.transactions, other.transactions), seen


def test_after_an_outage_of_all_the_group_starts_by_itself_wherever_it_safely_can() -> None:
    """With all three answering, unless disks were lost or have diverged."""
    for disks in itertools.product(DISKS, repeat=3):
        holders = [disk for disk in disks if disk is not None]
        best = any(all(contains(one, other) for other in holders) for one in holders)
        expected = not holders or (len(holders) > 1 and best)
        assert bool(starters([off(disk) for disk in disks])) == expected, disks


def test_a_server_joins_a_group_that_works() -> None:
    for own in (off(None), off("ab"), off("ax", "ERROR")):
        made = decisions([own, on("abc", "PRIMARY"), DEAD])[FIRST]
        assert made == Decision("join", "mysql-group-1 is in a group that works")


SAID: dict[str, tuple[list[Seen], str, str]] = {
    "first installation": ([off(None)] * 3, FIRST, "start: no disk was ever in the group"),
    "first installation, of another": (
        [off(None)] * 3,
        SECOND,
        "wait: mysql-group-0 starts the group for the first time",
    ),
    "about to start": (
        [on(None, "PRIMARY"), DEAD, off(None)],
        THIRD,
        "wait: mysql-group-0 is about to start the group",
    ),
    "after an outage of all": (
        [off("a"), off("abc"), off("abc")],
        SECOND,
        "start: its disk has every transaction of all others",
    ),
    "after an outage of all, of another": (
        [off("a"), off("abc"), off("abc")],
        THIRD,
        "wait: mysql-group-1 has all transactions and starts the group",
    ),
    "a dead node after an outage of all": (
        [DEAD, off("ab"), off("abc")],
        THIRD,
        "wait: mysql-group-0 must answer: its disk may have more than others",
    ),
    "that, and the dead one got an empty disk": (
        [off(None), off("ab"), off("abc")],
        THIRD,
        "start: its disk has every transaction of all others",
    ),
    "two disks lost": (
        [off(None), off(None), off("ab")],
        THIRD,
        "wait: the group's data is on 1 of 3 disks alone, mysql-group-2: restore a backup",
    ),
    "diverged": (
        [off("abc"), off("abc"), off("ax")],
        THIRD,
        "wait: the disks have diverged: give one an empty disk",
    ),
    "no majority": (
        [on("ab", quorum=False), DEAD, off("ab")],
        THIRD,
        "wait: mysql-group-0 is ONLINE in a group without a majority",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_the_reason_is_told_in_words(case: str) -> None:
    seen, me, expected = SAID[case]
    made = decisions(seen)[me]
    assert f"{made.action}: {made.reason}" == expected
