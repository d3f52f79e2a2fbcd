from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from reference.api.application import create
from reference.api.settings import Settings
from reference.common.settings import load


class Client:
    """Sends requests to the application without a server."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str) -> httpx.Response:
        return asyncio.run(self._send("GET", path, None))

    def post(self, path: str, json: dict[str, str]) -> httpx.Response:
        return asyncio.run(self._send("POST", path, json))

    async def _send(self, method: str, path: str, json: dict[str, str] | None) -> httpx.Response:
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.request(method, path, json=json)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Client:
    """Return the API where neither MySQL nor Redis listens."""
    folder: Path = tmp_path_factory.mktemp("data")
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    environment = {
        "DATABASE_URL": f"mysql://user:pass@127.0.0.1:{port}/fx",
        "REDIS_URL": f"redis://127.0.0.1:{port}",
        "SECRET_KEY": "key",
        "HOSTNAME": "api-test",
        "DATA_DIRECTORY": str(folder),
    }
    return Client(create(load(Settings, environment)))


def test_health_names_all_that_is_down(client: Client) -> None:
    answer = client.get("/health")
    assert answer.status_code == 503
    report = answer.json()
    assert (report["status"], report["instance"]) == ("unavailable", "api-test")
    assert "refused" in report["mysql"].lower()
    assert "refused" in report["redis"].lower()


@pytest.mark.parametrize(
    "path", ["/pairs", "/market-data", "/signals?symbol=EUR/USD", "/trades?limit=500"]
)
def test_lists_say_why_they_are_unavailable(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("redis: ")


def test_login_says_why_it_is_unavailable(client: Client) -> None:
    answer = client.post("/login", json={"username": "ada", "password": "x"})
    assert answer.status_code == 503
    assert answer.json()["detail"].startswith("mysql: ")


@pytest.mark.parametrize("path", ["/session", "/accounts"])
def test_session_is_asked_for(client: Client, path: str) -> None:
    assert client.get(path).status_code == 401
    assert client.get(path).json() == {"detail": "log in first"}


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/signals?limit=0", "limit"),
        ("/trades?limit=501", "limit"),
        ("/market-data?symbol=eur", "symbol"),
        ("/trades?symbol=';--", "symbol"),
    ],
)
def test_wrong_parameter_is_named(client: Client, path: str, named: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{named}: ")


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"username": "ada"},
        {"username": "a b", "password": "x"},
        {"username": "a", "password": ""},
    ],
)
def test_credentials_are_checked_and_not_repeated(
    client: Client, credentials: dict[str, str]
) -> None:
    answer = client.post("/login", json=credentials)
    assert answer.status_code == 422
    assert "a b" not in answer.text


def test_metrics_count_by_route(client: Client) -> None:
    client.get("/signals?symbol=EUR/USD")
    client.get("/nowhere/else")
    text = client.get("/metrics").text
    assert 'api_requests_total{method="GET",path="/signals",status="503"}' in text
    assert "nowhere" not in text
    assert "api_database_connections_in_use 0.0" in text
