from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from reference.api import draining
from reference.api.draining import DrainingProtocol


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
    )
    await send({"type": "http.response.body", "body": b"ok"})


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def server() -> Iterator[uvicorn.Server]:
    config = uvicorn.Config(hello, port=0, http=DrainingProtocol, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    yield server
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def connect(server: uvicorn.Server) -> http.client.HTTPConnection:
    port = server.servers[0].sockets[0].getsockname()[1]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.connect()
    connection.auto_open = False
    return connection


def ask(connection: http.client.HTTPConnection) -> str | None:
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.read() == b"ok"
    return answer.getheader("connection")


def test_resting_connection_gets_one_more_answer_that_ends_it(server: uvicorn.Server) -> None:
    connection = connect(server)
    assert ask(connection) is None
    server.should_exit = True
    wait_until(lambda: not server.servers[0].is_serving())
    assert ask(connection) == "close"
    wait_until(lambda: not server.server_state.connections)


def test_connection_that_goes_on_resting_is_closed_in_the_end(
    server: uvicorn.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draining, "WAIT_SECONDS", 0.05)
    connection = connect(server)
    ask(connection)
    server.should_exit = True
    wait_until(lambda: not server.server_state.connections)
    connection.close()
