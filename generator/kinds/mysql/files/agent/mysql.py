"""A MySQL server, and the commands of Group Replication."""

from __future__ import annotations

import hashlib
import hmac
import ssl
import time
import uuid
from contextlib import suppress
from typing import Any

import pymysql

from .state import Row, View, view

USER = "group_member"
"""Account by which members look at each other, replicate and clone."""
DENIED = (1045, 1142)  # of a login, of a table: an account without all of its rights
CLONED = 3707  # the server has been cloned, and stops because nobody restarts it
RIGHTS = (
    "REPLICATION SLAVE, REPLICATION CLIENT, BACKUP_ADMIN, CONNECTION_ADMIN,"
    " GROUP_REPLICATION_STREAM"
)


def member_password(root_password: str) -> str:
    """Return the password of the members' account, of 32 bytes, which follows from root's."""
    return hmac.new(root_password.encode(), USER.encode(), hashlib.sha256).hexdigest()[:32]


def _any_certificate() -> ssl.SSLContext:
    """Return TLS that asks for no authority: each server signs its own certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Server:
    """A server that is asked by one account; the connection is kept until it fails."""

    def __init__(
        self, host: str, port: int, user: str, password: str, *, seconds: int | None
    ) -> None:
        self._host, self._port, self._user, self._password = host, port, user, password
        self._seconds = seconds
        self._connection: pymysql.Connection[Any] | None = None

    def ask(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        try:
            if self._connection is None:
                self._connection = pymysql.connect(
                    host=self._host,
                    port=self._port,
                    user=self._user,
                    password=self._password,
                    autocommit=True,
                    connect_timeout=2,
                    read_timeout=self._seconds,
                    write_timeout=5,
                    ssl=_any_certificate(),
                )
            with self._connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return list(cursor.fetchall())
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """End the connection, if there is one."""
        connection, self._connection = self._connection, None
        if connection is not None and connection.open:
            connection._force_close()  # type: ignore[attr-defined]  # close() waits for an answer

    def view(self) -> View:
        """Return what the server says of itself."""
        rows = self.ask(
            "SELECT member_id, member_host, member_state, member_role"
            " FROM performance_schema.replication_group_members"
        )
        [(own, read_only, group, executed)] = self.ask(
            "SELECT @@server_uuid, @@super_read_only, @@group_replication_group_name,"
            " @@GLOBAL.gtid_executed"
        )
        received = self.ask(
            "SELECT received_transaction_set FROM performance_schema.replication_connection_status"
            " WHERE channel_name = 'group_replication_applier'"
        )
        return view(
            [Row(*row) for row in rows],
            own,
            read_only=bool(read_only),
            group=group or "",
            executed=executed,
            received=received[0][0] if received else "",
        )

    def contains(self, everything: str, some: str) -> bool:
        """Return whether a set of transactions holds all of another."""
        return bool(self.ask("SELECT GTID_SUBSET(%s, %s)", some, everything)[0][0])


class Member:
    """The server beside this agent, as its administrator."""

    def __init__(self, port: int, root_password: str) -> None:
        # By TCP: while the image prepares an empty disk, its server listens on the socket alone.
        self.server = Server("127.0.0.1", port, "root", root_password, seconds=3)
        self._patient = Server("127.0.0.1", port, "root", root_password, seconds=None)
        self._password = member_password(root_password)
        self._port, self._root_password = port, root_password

    def twin(self) -> Member:
        """Return the same server, by connections of its own."""
        return Member(self._port, self._root_password)

    def lets_members_in(self) -> bool:
        """Return whether the others can look at this server.

        They cannot where its disk was never in the group, or root's password was another one.
        """
        try:
            self.look("127.0.0.1", self._port)
        except pymysql.OperationalError as error:
            if error.args[0] not in DENIED:
                raise
            return False
        return True

    def let_members_in(self) -> None:
        """Make the members' account, or give it the password of now; none of it is replicated.

        The server is in no group, and applications cannot write: it stays `read_only`.
        """
        ask = self._patient.ask
        ask("SET GLOBAL super_read_only = OFF")
        ask("SET SESSION sql_log_bin = OFF")
        try:
            name = f"'{USER}'@'%%'"
            ask(f"CREATE USER IF NOT EXISTS {name} IDENTIFIED BY %s REQUIRE SSL", self._password)
            ask(f"ALTER USER {name} IDENTIFIED BY %s", self._password)
            ask(f"GRANT {RIGHTS} ON *.* TO '{USER}'@'%'")
            ask(f"GRANT SELECT ON performance_schema.* TO '{USER}'@'%'")
        finally:
            ask("SET SESSION sql_log_bin = ON")
            ask("SET GLOBAL super_read_only = ON")

    def join(self, group: str) -> None:
        """Join the group of this name."""
        self._stop()
        self._start(group)

    def start_group(self, *, empty: bool) -> None:
        """Start a group of this server alone; `empty` where no disk was ever in it.

        Its name is new each time: transactions are numbered by group, and so those of two pasts
        are never taken for one another, neither by a server that comes back nor by a backup.
        """
        ask = self._patient.ask
        self._stop()
        if empty:
            # What the first start did has the server's own UUID, and the others clone it as data.
            ask("RESET BINARY LOGS AND GTIDS")
        ask("SET GLOBAL group_replication_bootstrap_group = ON")
        try:
            self._start(str(uuid.uuid4()))
        finally:
            ask("SET GLOBAL group_replication_bootstrap_group = OFF")
        for _ in range(150):
            if not ask("SELECT @@super_read_only")[0][0]:
                break
            time.sleep(0.2)
        if empty:
            # Written through the group: from now on it is told from a disk that was never in it.
            # It may not change an account: until that is committed nobody can log in, and it waits
            # for the vote of a member that joins, which has to log in. Then all stand still.
            ask("ANALYZE TABLE mysql.plugin")

    def clone(self, donor: str, port: int) -> None:
        """Replace all of this disk by what a donor has; the server stops after that."""
        ask = self._patient.ask
        self._stop()
        ask("SET GLOBAL super_read_only = OFF")
        try:
            ask("SET GLOBAL clone_valid_donor_list = %s", f"{donor}:{port}")
            ask(
                f"CLONE INSTANCE FROM '{USER}'@%s:{int(port)} IDENTIFIED BY %s REQUIRE SSL",
                donor,
                self._password,
            )
        except pymysql.Error as error:
            if error.args[0] != CLONED:
                ask("SET GLOBAL super_read_only = ON")
                raise

    def look(self, host: str, port: int) -> View:
        """Return what another member says of itself."""
        server = Server(host, port, USER, self._password, seconds=2)
        try:
            return server.view()
        finally:
            server.close()

    def _stop(self) -> None:
        with suppress(pymysql.MySQLError):  # what has failed can not always be stopped
            self._patient.ask("STOP GROUP_REPLICATION")
        self._patient.ask("SET GLOBAL super_read_only = ON")
        self._patient.ask("SET GLOBAL offline_mode = OFF")

    def _start(self, group: str) -> None:
        self._patient.ask("SET GLOBAL group_replication_group_name = %s", group)
        # A donor is chosen by this agent. The password is kept in memory alone.
        self._patient.ask(f"START GROUP_REPLICATION USER = '{USER}', PASSWORD = %s", self._password)
