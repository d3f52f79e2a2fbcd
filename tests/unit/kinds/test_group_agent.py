"""The agent of a group: what it makes of what its server says, and whom it labels."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast
from unittest.mock import patch
from uuid import UUID

import pymysql
import pytest

from generator.kinds.mysql.files.agent import loop
from generator.kinds.mysql.files.agent.decide import Decision, Silent
from generator.kinds.mysql.files.agent.kubernetes import Pods
from generator.kinds.mysql.files.agent.loop import Agent, Settings
from generator.kinds.mysql.files.agent.mysql import Member, member_password
from generator.kinds.mysql.files.agent.state import Row, View, view
from generator.kinds.mysql.files.agent.words import describe, is_whole

NAMES = ("mysql-group-0", "mysql-group-1", "mysql-group-2")
ME, OTHER, THIRD = NAMES
GROUP = "5ca1ab1e-0000-4000-8000-000000000001"
EARLIER = "5ca1ab1e-0000-4000-8000-000000000000"
OWN = "a"
ROLE = "genx-fx/database-role"
PRIMARY = View("ONLINE", "PRIMARY", True, True, True, "ab", GROUP)
REPLICA = View("ONLINE", "SECONDARY", True, False, True, "ab", GROUP)
OFF = View("OFFLINE", "", False, False, True, "ab")
OFF_WITHOUT = replace(OFF, transactions="")
EMPTY = View("OFFLINE", "", False, False, False, "")


class FakeServer:
    """A server that says what a test wants; None does not answer."""

    def __init__(self, says: View | None) -> None:
        self.says = says

    def view(self) -> View:
        if self.says is None:
            raise TimeoutError("no answer")
        return self.says

    def contains(self, everything: str, some: str) -> bool:
        return set(some) <= set(everything)


class FakeMember:
    """The server beside the agent, and what the others are by their address."""

    def __init__(self, says: View | None, *, known: bool = True, **others: View) -> None:
        self.server = FakeServer(says)
        self.known = known
        self.others = others
        self.did: list[str] = []

    def look(self, host: str, port: int) -> View:
        if host not in self.others:
            raise TimeoutError(host)
        return self.others[host]

    def lets_members_in(self) -> bool:
        return self.known

    def let_members_in(self) -> None:
        self.known = True
        self.did.append("let members in")

    def join(self, group: str) -> None:
        self.did.append(f"join {group}")

    def start_group(self, *, empty: bool) -> None:
        self.did.append(f"start {empty}")

    def clone(self, donor: str, port: int) -> None:
        self.did.append(f"clone {donor}")


class FakePods:
    """The pods in Kubernetes; each has its own name without dashes as its address."""

    def __init__(self, **labels: str) -> None:
        self.pods: dict[str, dict[str, Any]] = {
            name: {
                "metadata": {"labels": {ROLE: labels.get(address(name), "none")}},
                "status": {"podIP": address(name)},
            }
            for name in NAMES
        }
        self.broken = False

    def get(self, name: str) -> dict[str, Any] | None:
        if self.broken:
            raise TimeoutError("the API is away")
        return self.pods.get(name)

    def patch(self, name: str, field: str, key: str, value: str | None) -> None:
        if self.broken:
            raise TimeoutError("the API is away")
        entries = self.pods[name]["metadata"].setdefault(field, {})
        entries.pop(key, None)
        if value is not None:
            entries[key] = value

    def roles(self) -> list[str]:
        return [self.pods[name]["metadata"]["labels"][ROLE] for name in NAMES]


def address(name: str) -> str:
    return name.replace("-", "")


def agent(member: FakeMember, pods: FakePods) -> Agent:
    settings = Settings(ME, NAMES, 3306, 8090, ROLE)
    return Agent(settings, cast(Member, member), cast(Pods, pods))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    return now


class TestLabels:
    def test_a_new_primary_takes_the_label_off_the_one_of_before(self) -> None:
        pods = FakePods(mysqlgroup1="primary")
        agent(FakeMember(PRIMARY), pods).turn()
        assert pods.roles() == ["primary", "none", "none"]

    def test_a_replica_leaves_the_others_alone(self) -> None:
        pods = FakePods(mysqlgroup1="primary")
        agent(FakeMember(REPLICA), pods).turn()
        assert pods.roles() == ["replica", "primary", "none"]

    @pytest.mark.parametrize(
        "says",
        [
            None,
            OFF,
            View("ONLINE", "PRIMARY", False, True, True, "ab"),
            View("ONLINE", "PRIMARY", True, False, True, "ab"),
            View("RECOVERING", "SECONDARY", True, False, True, "ab"),
        ],
    )
    def test_who_cannot_serve_has_no_role(self, says: View | None) -> None:
        pods = FakePods(mysqlgroup0="primary")
        agent(FakeMember(says), pods).turn()
        assert pods.roles() == ["none", "none", "none"]

    def test_a_server_that_was_frozen_does_not_take_the_label_back(
        self, clock: list[float]
    ) -> None:
        """It takes itself for the primary until it hears that others have replaced it."""
        member, pods = FakeMember(None), FakePods()
        mine = agent(member, pods)
        mine.turn()
        pods.patch(OTHER, "labels", ROLE, "primary")
        member.server.says = PRIMARY
        clock[0] += 1
        mine.turn()
        assert pods.roles() == ["none", "primary", "none"]
        clock[0] += loop.OUTDATED
        mine.turn()
        assert pods.roles() == ["primary", "none", "none"], "it is the primary after all"

    def test_a_server_that_was_silent_goes_on_where_nobody_replaced_it(self) -> None:
        member, pods = FakeMember(None), FakePods()
        mine = agent(member, pods)
        mine.turn()
        member.server.says = PRIMARY
        mine.turn()
        assert pods.roles() == ["primary", "none", "none"]

    def test_a_label_that_could_not_be_set_is_set_at_once_when_it_can(self) -> None:
        pods = FakePods()
        mine = agent(FakeMember(PRIMARY), pods)
        pods.broken = True
        mine.turn()
        pods.broken = False
        mine.turn()
        assert pods.roles() == ["primary", "none", "none"]


class TestActs:
    def test_it_joins_a_group_that_works_by_its_name(self) -> None:
        member = FakeMember(replace(OFF, group=EARLIER), mysqlgroup1=PRIMARY, mysqlgroup2=REPLICA)
        agent(member, FakePods()).turn()
        assert member.did == [f"join {GROUP}"]

    def test_after_an_outage_of_all_the_one_with_everything_starts_the_group(self) -> None:
        member = FakeMember(OFF, mysqlgroup1=OFF_WITHOUT, mysqlgroup2=OFF_WITHOUT)
        agent(member, FakePods()).turn()
        assert member.did == ["start False"]

    def test_an_empty_disk_is_cloned_from_a_replica(self) -> None:
        member = FakeMember(EMPTY, known=False, mysqlgroup1=PRIMARY, mysqlgroup2=REPLICA)
        agent(member, FakePods()).turn()
        assert member.did == ["let members in", "clone mysqlgroup2"]

    def test_others_may_look_at_a_server_that_has_another_password_since_it_stopped(self) -> None:
        """Or after a new password of root's, all would wait for one another for ever."""
        member = FakeMember(OFF, known=False, mysqlgroup1=OFF)
        agent(member, FakePods()).turn()
        assert member.did == ["let members in"]

    def test_it_waits_for_a_server_that_does_not_answer(self) -> None:
        member = FakeMember(OFF, mysqlgroup1=OFF)
        agent(member, FakePods()).turn()
        assert member.did == []


ROWS = [
    Row("a", "mysql-group-0", "ONLINE", "PRIMARY"),
    Row("b", "mysql-group-1", "UNREACHABLE", "SECONDARY"),
    Row("c", "mysql-group-2", "RECOVERING", "SECONDARY"),
]


def seen(rows: list[Row], uuid: str = OWN, executed: str = "", received: str = "") -> View:
    return view(rows, uuid, read_only=False, group=GROUP, executed=executed, received=received)


def test_a_view_counts_those_that_are_reached() -> None:
    assert seen(ROWS).has_quorum
    lone = [ROWS[0], *(Row(r.uuid, r.host, "UNREACHABLE", r.role) for r in ROWS[1:])]
    assert not seen(lone).has_quorum
    assert not seen([]).has_quorum
    assert seen([]).state == seen([Row("a", "", "", "")]).state == "OFFLINE"
    assert seen(ROWS, uuid="x").state == "OFFLINE"


def test_a_view_has_what_was_executed_and_what_was_received() -> None:
    both = seen(ROWS, executed=f"{GROUP}:1-3,\n{OWN}:1", received=f"{GROUP}:4")
    assert both.transactions == f"{GROUP}:1-3,{OWN}:1,{GROUP}:4"
    assert both.group == GROUP


def test_a_disk_that_was_in_any_group_holds_data() -> None:
    """The group of before had another name."""
    assert seen(ROWS, executed=f"{EARLIER}:1").holds_data
    assert seen(ROWS, executed=f"{OWN}:1,\n{EARLIER}:1").holds_data
    assert seen(ROWS, received=f"{GROUP}:4").holds_data
    assert not seen(ROWS, executed=f"{OWN}:1-9").holds_data, "what its own first start has done"
    assert not seen(ROWS).holds_data


class Recorded:
    """Stands for a connection to the server, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[object, ...]]] = []

    def ask(self, statement: str, *values: object) -> list[tuple[int]]:
        self.asked.append((statement, values))
        return [(0,)]

    def names(self) -> list[str]:
        return [str(values[0]) for said, values in self.asked if "group_name" in said]


def test_each_start_of_a_group_gives_it_another_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or what a backup or a disk has of an earlier group would be taken for this one's."""
    member = Member(3306, "password")
    recorded = Recorded()
    monkeypatch.setattr(member, "_patient", recorded)
    member.start_group(empty=True)
    member.start_group(empty=False)
    first, second = recorded.names()
    assert first != second
    assert UUID(first).version == UUID(second).version == 4
    member.join(GROUP)
    assert recorded.names()[-1] == GROUP


@pytest.mark.parametrize("empty", [True, False])
def test_a_group_that_has_started_changes_no_account(
    monkeypatch: pytest.MonkeyPatch, empty: bool
) -> None:
    """Until that is committed nobody can log in, also not a member that joins meanwhile."""
    member = Member(3306, "password")
    recorded = Recorded()
    monkeypatch.setattr(member, "_patient", recorded)
    member.let_members_in()
    member.start_group(empty=empty)
    said = [statement for statement, _ in recorded.asked]
    (started,) = (at for at, text in enumerate(said) if text.startswith("START GROUP_REPLICATION"))
    accounts = [at for at, text in enumerate(said) if re.match("(CREATE|ALTER) USER|GRANT", text)]
    assert accounts
    assert max(accounts) < started
    assert any(text.startswith("ANALYZE") for text in said[started:]) is empty


@pytest.mark.parametrize(
    ("error", "lets"),
    [
        (None, True),
        (pymysql.OperationalError(1045, "Access denied for user"), False),
        (pymysql.OperationalError(1142, "SELECT command denied to user"), False),
    ],
)
def test_a_member_knows_whether_it_lets_others_in(error: Exception | None, lets: bool) -> None:
    member = Member(3306, "password")
    with patch.object(member, "look", side_effect=error) as look:
        assert member.lets_members_in() is lets
    look.assert_called_once_with("127.0.0.1", 3306)


def test_a_server_that_is_too_busy_to_answer_is_not_changed() -> None:
    member = Member(3306, "password")
    busy = pymysql.OperationalError(1040, "Too many connections")
    with (
        patch.object(member, "look", side_effect=busy),
        pytest.raises(type(busy), match="Too many"),
    ):
        member.lets_members_in()


def test_the_members_password_follows_from_that_of_root() -> None:
    assert len(member_password("a")) == 32, "MySQL takes no more for START GROUP_REPLICATION"
    assert member_password("a") == member_password("a") != member_password("b")


def told(*members: View | Silent, decision: Decision | None = None) -> list[str]:
    return list(describe(dict(zip(NAMES, members, strict=True)), decision))


def test_the_state_is_told_in_words() -> None:
    assert told(PRIMARY, REPLICA, REPLICA) == [
        "mysql-group-0  primary, takes all writes",
        "mysql-group-1  replica",
        "mysql-group-2  replica",
        "writes work with 3 of 3: 1 may fail",
    ]
    assert told(PRIMARY, Silent(), EMPTY)[1:] == [
        "mysql-group-1  does not answer",
        "mysql-group-2  offline; its disk was never in the group",
        "writes work with 1 of 3: if one more fails, they stop",
    ]
    waits = Decision("wait", "mysql-group-0 must answer")
    assert told(Silent(), OFF, OFF, decision=waits)[-1] == (
        "no group works, and nothing can be written; wait: mysql-group-0 must answer"
    )
    assert "do not agree who is primary" in told(PRIMARY, PRIMARY, REPLICA)[-1]


def test_all_is_well_only_if_all_work_under_one_primary() -> None:
    def whole(*members: View | Silent) -> bool:
        return is_whole(dict(zip(NAMES, members, strict=True)))

    assert whole(PRIMARY, REPLICA, REPLICA)
    assert not whole(PRIMARY, REPLICA, Silent())
    assert not whole(PRIMARY, PRIMARY, REPLICA)
    assert not whole(REPLICA, REPLICA, REPLICA)
