"""What the API counts, in Prometheus' terms."""

from __future__ import annotations

import time

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

REQUESTS = Counter("api_requests", "Requests answered", ["method", "path", "status"])
SECONDS = Histogram("api_request_seconds", "Time to answer a request", ["path"])
SIGNALS = Counter("api_signals_computed", "Signals that this pod has computed")
CONNECTIONS = Gauge("api_database_connections_in_use", "Connections to MySQL that are lent out")


class MetricsMiddleware:
    """Counts requests and their times by route."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass on the life-span events."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        began = time.perf_counter()

        async def observe(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observe)
        finally:
            # The route and not the requested path: otherwise any client could add time series.
            path = getattr(scope.get("route"), "path", "unknown")
            REQUESTS.labels(scope["method"], path, status).inc()
            SECONDS.labels(path).observe(time.perf_counter() - began)
