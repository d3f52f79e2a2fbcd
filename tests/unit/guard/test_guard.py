"""Guards that contend for one Lease, with a clock that the test moves and an API that can fail."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

import pytest
from guard.guard import Guard, Times
from guard.kubernetes import ChangedError, UnavailableError
from guard.lease import Lease

TIMES = Times(lease_duration=15, renew_deadline=10, retry_period=2)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Api:
    """One Lease, which may take long, fail, or do what it is asked and then fail."""

    clock: Clock
    stored: Lease = field(default_factory=Lease)
    takes: float = 0.0
    fails: bool = False
    loses_answers: bool = False
    writes: int = 0

    def read(self) -> Lease:
        self._connect()
        return self.stored

    def write(self, lease: Lease) -> Lease:
        self._connect()
        if lease.version != self.stored.version:
            raise ChangedError
        self.writes += 1
        self.stored = replace(lease, metadata={"resourceVersion": str(self.writes)})
        if self.loses_answers:
            raise UnavailableError("lost")
        return self.stored

    def _connect(self) -> None:
        self.clock.now += self.takes
        if self.fails:
            raise UnavailableError("away")


@dataclass
class Runs:
    """What is let run, and the tokens it was told."""

    until: float = 0.0
    tokens: list[int] = field(default_factory=list)

    def let_run(self, until: float, token: int) -> None:
        self.until = until
        self.tokens.append(token)


@dataclass
class Contender:
    name: str
    api: Api
    runs: Runs = field(default_factory=Runs)
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.guard = Guard(self.api, self.runs, self.name, TIMES, self.api.clock, self.said.append)

    @property
    def runs_now(self) -> bool:
        return self.api.clock() < self.runs.until


@pytest.fixture
def api() -> Api:
    return Api(Clock())


def test_runs_from_the_moment_the_renewal_was_sent(api: Api) -> None:
    api.takes = 3
    one = Contender("one", api)
    one.guard.step()  # reads until 1003, then writes until 1006
    assert one.runs.until == 1003 + TIMES.renew_deadline


def test_renews_by_one_request(api: Api) -> None:
    one = Contender("one", api)
    one.guard.step()
    api.takes = 1
    before = api.clock()
    one.guard.step()
    assert api.clock() - before == 1
    assert one.runs.tokens == [1, 1]


def test_the_next_waits_until_the_first_must_have_ended(api: Api) -> None:
    one, two = Contender("one", api), Contender("two", api)
    one.guard.step()
    api.clock.now += 1
    two.guard.step()
    seen = api.clock()
    while not two.runs_now:
        api.clock.now += 1
        two.guard.step()
    assert api.clock() == seen + TIMES.lease_duration
    assert not one.runs_now
    assert two.runs.tokens == [2]
    assert two.said[0] == "waits for the Lease, which one holds"


def test_what_was_given_back_is_taken_at_once(api: Api) -> None:
    one, two = Contender("one", api), Contender("two", api)
    one.guard.step()
    two.guard.step()
    one.guard.give_back()
    two.guard.step()
    assert api.stored.holder == "two"


def test_only_its_holder_gives_it_back(api: Api) -> None:
    one, two = Contender("one", api), Contender("two", api)
    one.guard.step()
    two.guard.step()
    two.guard.give_back()
    assert api.stored.holder == "one"


def test_a_lost_answer_is_no_renewal_and_no_loss(api: Api) -> None:
    one = Contender("one", api)
    one.guard.step()
    until = one.runs.until
    api.clock.now += 2
    api.loses_answers = True
    one.guard.step()
    assert one.runs.until == until
    api.loses_answers = False
    one.guard.step()  # does not know yet what is stored
    one.guard.step()
    assert one.runs.until > until
    assert set(one.runs.tokens) == {1}


def test_an_outage_that_outlasts_the_deadline_begins_anew(api: Api) -> None:
    one = Contender("one", api)
    one.guard.step()
    api.fails = True
    api.clock.now += 30
    one.guard.step()
    one.guard.step()
    assert not one.runs_now
    assert one.said[1:] == ["the Lease can't be renewed or read, away"]
    api.fails = False
    one.guard.step()
    assert one.runs_now
    assert one.runs.tokens == [1, 2]


def test_a_guard_that_starts_again_goes_on(api: Api) -> None:
    """The Lease is its pod's, and what runs was let run until then."""
    one = Contender("one", api)
    one.guard.step()
    again = Contender("one", api, runs=one.runs)
    again.guard.step()
    assert one.runs.tokens == [1, 1]


def test_a_full_disk_lets_nothing_run(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Contender("one", api)
    monkeypatch.setattr(one.runs, "let_run", _full)
    one.guard.step()
    assert not one.runs_now


def _full(until: float, token: int) -> None:
    raise OSError("no space left on device")


@pytest.mark.parametrize("seed", range(300))
def test_never_do_two_run(seed: int) -> None:
    """Contenders stand still, lose answers, don't reach the API and start again, at random."""
    chance = random.Random(seed)
    api = Api(Clock())
    contenders = [Contender(name, api) for name in ("one", "two", "three")]
    still_until = dict.fromkeys(("one", "two", "three"), 0.0)
    ran, tokens = 0, [0]
    for _ in range(400):
        api.clock.now += chance.choice([0.1, 1, 2])
        number = chance.randrange(3)
        contender = contenders[number]
        if chance.random() < 0.02:
            still_until[contender.name] = api.clock() + chance.choice([5, 20, 60])
        if chance.random() < 0.02:
            contenders[number] = Contender(contender.name, api, runs=contender.runs)
        api.fails = chance.random() < 0.3
        api.loses_answers = chance.random() < 0.1
        api.takes = chance.choice([0, 0, 0.5, 4])
        if api.clock() >= still_until[contender.name]:
            contenders[number].guard.step()
        running = [one for one in contenders if one.runs_now]
        assert len(running) <= 1, [one.name for one in running]
        for one in running:
            ran += 1
            if one.runs.tokens[-1] != tokens[-1]:
                tokens.append(one.runs.tokens[-1])
    assert tokens == sorted(tokens)
    assert ran > 100
