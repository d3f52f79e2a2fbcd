"""Whether a server that is in no group joins one, starts one, or waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from .state import DOWN, View


@dataclass(frozen=True)
class Silent:
    """A server that does not answer."""


@dataclass(frozen=True)
class Decision:
    """What to do, and why."""

    action: Literal["join", "start", "wait"]
    reason: str


def decide(
    me: str, members: Mapping[str, View | Silent], contains: Callable[[str, str], bool]
) -> Decision:
    """Decide for one server, which is in no group, from what all of them are.

    `members` has all servers, this one included, and `contains(all, some)` tells whether a set of
    transactions holds all of another.

    Two servers never start a group at the same time, and none starts it with less than another
    has: one that may start it has to see all others, and is the first of those that have
    everything. A server that is gone for good is waited for until a person gives it an empty disk.
    """
    answered = {name: seen for name, seen in members.items() if isinstance(seen, View)}
    others = {name: seen for name, seen in answered.items() if name != me}
    for name, seen in others.items():
        if seen.works and seen.holds_data:
            return Decision("join", f"{name} is in a group that works")
    for name, seen in others.items():
        if seen.works:
            return Decision("wait", f"{name} is about to start the group")
    for name, seen in others.items():
        if seen.state not in DOWN:
            return Decision("wait", f"{name} is {seen.state} in a group without a majority")
    if silent := set(members) - {me, *others}:
        return Decision("wait", f"{_and(silent)} must answer: its disk may have more than others")
    holders = {name: seen.transactions for name, seen in answered.items() if seen.holds_data}
    if not holders:
        first = min(members)
        if first == me:
            return Decision("start", "no disk was ever in the group")
        return Decision("wait", f"{first} starts the group for the first time")
    if len(holders) * 2 <= len(members):
        alone = f"the group's data is on {len(holders)} of {len(members)} disks alone"
        return Decision("wait", f"{alone}, {_and(holders)}: restore a backup")
    best = [
        name
        for name, own in sorted(holders.items())
        if all(contains(own, other) for other in holders.values())
    ]
    if not best:
        return Decision("wait", "the disks have diverged: give one an empty disk")
    if best[0] != me:
        return Decision("wait", f"{best[0]} has all transactions and starts the group")
    return Decision("start", "its disk has every transaction of all others")


def _and(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))
