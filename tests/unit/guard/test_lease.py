"""Who may hold the Lease, over all that a contender can have seen of it."""

from __future__ import annotations

import itertools

import pytest
from guard.lease import Lease, Seen, claim, release, see

ME, OTHER = "bot-0_1", "bot-0_2"


def lease(holder: str, version: str = "7", duration: float = 15, transitions: int = 4) -> Lease:
    metadata = {"name": "bot", "resourceVersion": version} if version else {}
    return Lease(holder, duration, transitions, "2026-01-01T00:00:00.000000Z", metadata)


@pytest.mark.parametrize(
    ("holder", "age", "goes_on"),
    list(itertools.product([ME, OTHER, ""], [0, 14.9, 15, 100], [False, True])),
)
def test_it_is_taken_only_if_nobody_else_can_hold_it(
    holder: str, age: float, goes_on: bool
) -> None:
    found = claim(Seen(lease(holder), 1000), ME, 15, now=1000 + age, goes_on=goes_on)
    may = holder in (ME, "") or age >= 15
    assert (found is not None) == may
    if found:
        assert (found.holder, found.version) == (ME, "7")
        # The token stays only where the same processes went on all the time.
        renewed = holder == ME and goes_on
        assert found.transitions == 4 + (not renewed)
        assert bool(found.acquired) == renewed


def test_its_holder_says_how_long_others_wait() -> None:
    seen = Seen(lease(OTHER, duration=60), 1000)
    assert claim(seen, ME, 15, now=1059, goes_on=False) is None
    taken = claim(seen, ME, 15, now=1060, goes_on=False)
    assert taken
    assert taken.duration == 15


def test_one_that_says_nothing_is_waited_for_as_long_as_for_oneself() -> None:
    seen = Seen(lease(OTHER, duration=0), 1000)
    assert claim(seen, ME, 15, now=1014, goes_on=False) is None
    assert claim(seen, ME, 15, now=1015, goes_on=False)


def test_a_lease_that_is_not_there_is_created() -> None:
    found = claim(see(None, Lease(), 5), ME, 15, now=5, goes_on=False)
    assert found == Lease(ME, 15, 1)
    assert found.version == ""


def test_time_counts_from_the_last_change() -> None:
    first = see(None, lease(OTHER, "1"), 10)
    assert see(first, lease(OTHER, "1"), 20).since == 10
    assert see(first, lease(OTHER, "2"), 20).since == 20


def test_a_deleted_lease_stays_its_holders_until_they_must_have_ended() -> None:
    seen = see(see(None, lease(OTHER, "1"), 10), Lease(), 12)
    seen = see(seen, Lease(), 14)
    assert claim(seen, ME, 15, now=24.9, goes_on=False) is None
    taken = claim(seen, ME, 15, now=25, goes_on=False)
    assert taken
    assert (taken.version, taken.transitions) == ("", 5)


def test_its_own_holder_creates_it_again_with_its_token() -> None:
    seen = see(see(None, lease(ME, "1"), 10), Lease(), 12)
    again = claim(seen, ME, 15, now=12, goes_on=True)
    assert again
    assert (again.version, again.transitions) == ("", 4)


def test_one_that_was_given_back_is_free_at_once() -> None:
    given = release(lease(OTHER))
    taken = claim(Seen(given, 1000), ME, 15, now=1000, goes_on=False)
    assert taken
    assert taken.transitions == 5
