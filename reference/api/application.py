"""The API's endpoints."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated

from anyio import to_thread
from fastapi import Cookie, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, ConfigDict, Field

from reference.api import metrics, reads, users
from reference.api.health import OK, DatabaseCheck, Health, RedisCheck
from reference.api.sessions import COOKIE, LIFETIME_SECONDS, Session, Sessions
from reference.api.settings import Settings
from reference.api.signals import SignalMaker
from reference.common import redis_client
from reference.common.database import Database
from reference.common.outage import OutageError

log = logging.getLogger(__name__)

CACHE_MILLISECONDS = 1000

# How long a request waits for an answer of MySQL, which takes seconds to commit where a disk is
# busy. The frontend waits 30 s for the API.
ANSWER_SECONDS = 5.0

Symbol = Annotated[str | None, Query(pattern="^[A-Z]{3}/[A-Z]{3}$", description="as in EUR/USD")]
Limit = Annotated[int, Query(ge=1, le=500)]


class Credentials(BaseModel):
    """Who wants to log in."""

    model_config = ConfigDict(hide_input_in_errors=True)

    username: str = Field(pattern="^[A-Za-z0-9_.-]{1,50}$")
    password: str = Field(min_length=1, max_length=128)


class HealthReport(BaseModel):
    """Whether this pod can serve, and what it lacks."""

    status: str
    mysql: str
    redis: str
    instance: str


class LoggedIn(BaseModel):
    """Whose session it is, and which pod says so."""

    username: str
    user_id: int
    instance: str


class Computed(BaseModel):
    """A time slot, and how many signals were computed for it just now."""

    slot: str
    computed: int


def create(settings: Settings) -> FastAPI:
    """Make the application; it connects when its first request or time slot comes."""
    # One more for the maker of signals, which has a thread of its own.
    database = Database(settings.database, settings.connections + 1, ANSWER_SECONDS)
    redis = redis_client.connect(settings.redis_url, settings.redis_password)
    probed_redis = redis_client.connect(settings.redis_url, settings.redis_password, 1, 1)
    health = Health({"mysql": DatabaseCheck(settings.database), "redis": RedisCheck(probed_redis)})
    sessions = Sessions(redis, settings.secret_key)
    signals = SignalMaker(database, redis, settings.instance, settings.slot_seconds, settings.data)
    metrics.CONNECTIONS.set_function(lambda: database.in_use)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # No more requests at once than there are connections: the others wait in a queue, and
        # none fails for lack of a connection after a short stall.
        to_thread.current_default_thread_limiter().total_tokens = settings.connections
        signals.start()
        yield
        signals.stop()
        health.close()
        database.close()
        redis.close()
        probed_redis.close()
        log.info("stopped")

    app = FastAPI(title="GenX FX reference API", lifespan=lifespan)
    app.add_middleware(metrics.MetricsMiddleware)
    app.add_exception_handler(OutageError, _outage)
    app.add_exception_handler(RequestValidationError, _wrong_request)

    def cached(key: str, read: Callable[[], str]) -> Response:
        """Answer from Redis what is younger than a second."""
        with redis_client.outages():
            body = redis.get(f"cache:{key}")
        if body is None:
            body = read()
            with redis_client.outages():
                redis.set(f"cache:{key}", body, px=CACHE_MILLISECONDS)
        return Response(body, media_type="application/json")

    def listed(name: str, statement: str, symbol: str | None, limit: int) -> Response:
        return cached(
            f"{name}:{symbol}:{limit}",
            lambda: reads.read(database, statement, symbol=symbol, limit=limit),
        )

    def current_session(session: Annotated[str | None, Cookie(alias=COOKIE)] = None) -> Session:
        found = sessions.find(session)
        if found is None:
            raise HTTPException(401, "log in first")
        return found

    CurrentSession = Annotated[Session, Depends(current_session)]

    def logged_in(session: Session) -> LoggedIn:
        return LoggedIn(
            username=session.username, user_id=session.user_id, instance=settings.instance
        )

    @app.get("/health", responses={503: {"model": HealthReport}})
    async def get_health(response: Response) -> HealthReport:
        states = await health.states()
        healthy = all(state == OK for state in states.values())
        response.status_code = 200 if healthy else 503
        return HealthReport(
            status=OK if healthy else "unavailable", instance=settings.instance, **states
        )

    @app.get("/metrics", include_in_schema=False)
    async def get_metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @app.get("/pairs")
    def get_pairs() -> Response:
        return cached("pairs", lambda: reads.read(database, reads.PAIRS))

    @app.get("/market-data")
    def get_market_data(symbol: Symbol = None, limit: Limit = 100) -> Response:
        return listed("market-data", reads.MARKET_DATA, symbol, limit)

    @app.get("/signals")
    def get_signals(symbol: Symbol = None, limit: Limit = 50) -> Response:
        return listed("signals", reads.SIGNALS, symbol, limit)

    @app.post("/signals/compute")
    def compute_signals() -> Computed:
        slot, computed = signals.compute()
        return Computed(slot=f"{slot:%Y-%m-%dT%H:%M:%SZ}", computed=computed)

    @app.get("/trades")
    def get_trades(symbol: Symbol = None, limit: Limit = 50) -> Response:
        return listed("trades", reads.TRADES, symbol, limit)

    @app.post("/login")
    def log_in(credentials: Credentials, response: Response) -> LoggedIn:
        session = users.log_in(database, credentials.username, credentials.password)
        if session is None:
            raise HTTPException(401, "this name is taken, and the password is another one")
        response.set_cookie(
            COOKIE,
            sessions.create(session),
            max_age=LIFETIME_SECONDS,
            httponly=True,
            samesite="lax",
        )
        return logged_in(session)

    @app.get("/session")
    def get_session(session: CurrentSession) -> LoggedIn:
        return logged_in(session)

    @app.post("/logout", status_code=204)
    def log_out(
        response: Response, session: Annotated[str | None, Cookie(alias=COOKIE)] = None
    ) -> None:
        sessions.end(session)
        response.delete_cookie(COOKIE)

    @app.get("/accounts")
    def get_accounts(session: CurrentSession) -> Response:
        body = reads.read(database, reads.ACCOUNTS, user_id=session.user_id)
        return Response(body, media_type="application/json")

    return app


async def _outage(_: Request, error: Exception) -> Response:
    return JSONResponse({"detail": str(error)}, 503)


async def _wrong_request(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors()]
    return JSONResponse({"detail": "; ".join(problems)}, 422)
