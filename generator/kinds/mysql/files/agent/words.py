"""The state of the group in words, for the person who asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .decide import Decision, Silent
from .state import View


def describe(members: Mapping[str, View | Silent], decision: Decision | None) -> Iterator[str]:
    """Yield the lines that tell what each member is, and what that means for writes."""
    width = max(map(len, members))
    for name, seen in sorted(members.items()):
        yield f"{name:{width}}  {_member(seen)}"
    working, primaries = _working(members)
    total = len(members)
    spare = len(working) - total // 2 - 1
    if len(primaries) > 1:
        yield "the members do not agree who is primary: one was frozen or cut off; ask again"
    elif not working:
        reason = f"; {decision.action}: {decision.reason}" if decision else ""
        yield f"no group works, and nothing can be written{reason}"
    elif spare > 0:
        yield f"writes work with {len(working)} of {total}: {spare} may fail"
    else:
        yield f"writes work with {len(working)} of {total}: if one more fails, they stop"


def is_whole(members: Mapping[str, View | Silent]) -> bool:
    """Return whether every member works, and they agree who is primary."""
    working, primaries = _working(members)
    return len(working) == len(members) and len(primaries) == 1


def _working(members: Mapping[str, View | Silent]) -> tuple[list[View], list[View]]:
    """Return the members that work, and those of them that take themselves for the primary."""
    working = [seen for seen in members.values() if isinstance(seen, View) and seen.works]
    return working, [seen for seen in working if seen.role == "PRIMARY"]


def _member(seen: View | Silent) -> str:
    if isinstance(seen, Silent):
        return "does not answer"
    if seen.works:
        return "primary, takes all writes" if seen.role == "PRIMARY" else "replica"
    if seen.state == "ONLINE":
        return "sees no majority of the group"
    disk = "has data of the group" if seen.holds_data else "was never in the group"
    return f"{seen.state.lower()}; its disk {disk}"
