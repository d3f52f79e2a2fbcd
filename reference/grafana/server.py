"""The HTTP server: Grafana's paths, as far as the platform uses them."""

from __future__ import annotations

import base64
import hmac
import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from reference.grafana import pages
from reference.grafana.check import Checker
from reference.grafana.settings import Settings
from reference.grafana.store import SESSION_SECONDS, Store

log = logging.getLogger(__name__)

COOKIE = "grafana_session"
LARGEST_BODY = 64 * 1024


class Server(ThreadingHTTPServer):
    """Answers requests until `shutdown`."""

    daemon_threads = True

    def __init__(self, settings: Settings, checker: Checker, store: Store) -> None:
        super().__init__((settings.address, settings.port), Handler)
        self.settings = settings
        self.checker = checker
        self.store = store

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore a client that has hung up, which is no fault of the server."""
        log.debug("a connection broke", exc_info=True)


class Handler(BaseHTTPRequestHandler):
    """Answers one connection's requests."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "grafana-stand-in"
    sys_version = ""
    timeout = 75

    def do_GET(self) -> None:
        """Answer GET."""
        self._guarded(self._get)

    def do_POST(self) -> None:
        """Answer POST."""
        self._guarded(self._post)

    def log_message(self, format: str, *args: object) -> None:
        """Log requests only where they failed: probes come all the time."""

    def log_error(self, format: str, *args: object) -> None:
        """Log a failure."""
        log.debug(format, *args)

    def _guarded(self, answer: Callable[[str], None]) -> None:
        settings = self.server.settings
        base = settings.base if settings.serves_below else ""
        path = urlsplit(self.path).path
        if not f"{path}/".startswith(f"{base}/"):
            self._redirect_below()
            return
        try:
            answer(path.removeprefix(base) or "/")
        except sqlite3.Error as error:
            log.error("the volume fails: %s", error)
            self._json(500, {"message": f"the volume fails: {error}"})

    def _redirect_below(self) -> None:
        self._fields()  # Else the body would be taken for the next request.
        url = self.server.settings.root_url.rstrip("/") + self.path
        self._send(301, "text/plain", "", {"Location": url})

    def _get(self, path: str) -> None:
        state = self.server.checker.state
        base = self.server.settings.base
        if path == "/healthz":
            self._html(200, "Ok")
        elif path == "/api/health":
            self._health()
        elif path == "/login":
            self._html(200, pages.login(base))
        elif path == "/logout":
            self.server.store.end_session(self._token())
            self._redirect("/login")
        elif not self._allowed():
            if path.startswith("/api/"):
                self._json(401, {"message": "Unauthorized"})
            else:
                self._redirect("/login")
        elif path in ("/", "/dashboards"):
            self._html(200, pages.home(base, state))
        elif path == "/api/search":
            found = state.provisioning.dashboards.values()
            self._json(
                200, [{"uid": each.uid, "title": each.title, "type": "dash-db"} for each in found]
            )
        elif path == "/api/datasources":
            sources = state.provisioning.sources.values()
            self._json(
                200,
                [
                    {"uid": each.uid, "name": each.name, "type": each.type, "url": each.url}
                    for each in sources
                ],
            )
        elif path == "/api/annotations":
            self._json(200, [asdict(each) for each in self.server.store.annotations()])
        else:
            self._json(404, {"message": "Not found"})

    def _post(self, path: str) -> None:
        # Always read the body: otherwise it would be read as the next request.
        fields = self._fields()
        if path == "/login":
            self._log_in(fields)
        elif not self._allowed():
            self._json(401, {"message": "Unauthorized"})
        elif path == "/api/annotations":
            text = fields.get("text", "")
            if not text:
                self._json(400, {"message": "text is missing"})
                return
            self._json(200, {"message": "Annotation added", "id": self.server.store.annotate(text)})
        else:
            self._json(404, {"message": "Not found"})

    def _health(self) -> None:
        problems = list(self.server.checker.state.problems)
        database = "ok"
        try:
            self.server.store.check()
        except sqlite3.Error as error:
            database = "failing"
            problems.insert(0, f"the volume fails: {error}")
        self._json(503 if problems else 200, {"database": database, "problems": problems})

    def _log_in(self, fields: dict[str, str]) -> None:
        base = self.server.settings.base
        form = "json" not in self.headers.get("Content-Type", "")
        if not self._is_admin(fields.get("user", ""), fields.get("password", "")):
            message = "Invalid username or password"
            if form:
                self._html(401, pages.login(base, message))
            else:
                self._json(401, {"message": message})
            return
        token = self.server.store.new_session()
        place = f"Path={base or '/'}; Max-Age={SESSION_SECONDS}"
        cookie = f"{COOKIE}={token}; {place}; HttpOnly; SameSite=Lax"
        if form:
            self._redirect("/", cookie)
        else:
            self._json(200, {"message": "Logged in"}, cookie)

    def _allowed(self) -> bool:
        kind, _, encoded = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            try:
                user, _, password = base64.b64decode(encoded).decode().partition(":")
            except ValueError:
                return False
            return self._is_admin(user, password)
        token = self._token()
        return bool(token) and self.server.store.has_session(token)

    def _is_admin(self, user: str, password: str) -> bool:
        settings = self.server.settings
        given = f"{user}\0{password}".encode()
        return hmac.compare_digest(
            given, f"{settings.admin_user}\0{settings.admin_password}".encode()
        )

    def _token(self) -> str:
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        except CookieError:
            return ""
        return cookie.value if cookie else ""

    def _fields(self) -> dict[str, str]:
        """Return the body's fields, of JSON or of a form; none of anything else."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST_BODY:
            self.close_connection = True
            return {}
        text = self.rfile.read(int(length)).decode(errors="replace")
        if "json" not in self.headers.get("Content-Type", ""):
            return {name: values[0] for name, values in parse_qs(text).items()}
        try:
            fields = json.loads(text)
        except ValueError:
            return {}
        if not isinstance(fields, dict):
            return {}
        return {name: value for name, value in fields.items() if isinstance(value, str)}

    def _json(self, status: int, content: object, cookie: str = "") -> None:
        self._send(status, "application/json", json.dumps(content), {"Set-Cookie": cookie})

    def _html(self, status: int, page: str) -> None:
        self._send(status, "text/html; charset=utf-8", page, {})

    def _redirect(self, to: str, cookie: str = "") -> None:
        location = self.server.settings.base + to
        self._send(302, "text/plain", "", {"Location": location, "Set-Cookie": cookie})

    def _send(self, status: int, kind: str, text: str, headers: dict[str, str]) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            # A client that is not told sends its next request to a closed connection.
            self.send_header("Connection", "close")
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
