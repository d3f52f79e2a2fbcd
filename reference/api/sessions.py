"""Passwords, cookies, and the sessions that Redis keeps for all API pods."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass

from reference.common.redis_client import Redis, outages

COOKIE = "session"
LIFETIME_SECONDS = 86400


def hash_password(password: str) -> str:
    """Return a hash made with scrypt and a salt of its own."""
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_scrypt(password, salt).hex()}"


def password_fits(password: str, hashed: str) -> bool:
    """Return whether `hashed` was made of this password; only our own hash ever fits."""
    method, _, rest = hashed.partition("$")
    salt, _, expected = rest.partition("$")
    if method != "scrypt" or not expected:
        return False
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), expected)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1)


@dataclass(frozen=True)
class Session:
    """Who is logged in."""

    user_id: int
    username: str


class Sessions:
    """Sessions by signed cookie. The signature keeps guesses away from Redis."""

    def __init__(self, redis: Redis, secret_key: str) -> None:
        self._redis = redis
        self._key = secret_key.encode()

    def create(self, session: Session) -> str:
        """Keep a session for a day; return its cookie."""
        identifier = secrets.token_urlsafe(24)
        with outages():
            self._redis.set(_key(identifier), json.dumps(asdict(session)), ex=LIFETIME_SECONDS)
        return f"{identifier}.{self._signature(identifier)}"

    def find(self, cookie: str | None) -> Session | None:
        """Return the session of a cookie, unless it is forged or over."""
        identifier = self._identifier(cookie)
        if identifier is None:
            return None
        with outages():
            text = self._redis.get(_key(identifier))
        return Session(**json.loads(str(text))) if text else None

    def end(self, cookie: str | None) -> None:
        """Forget the session of a cookie."""
        identifier = self._identifier(cookie)
        if identifier is not None:
            with outages():
                self._redis.delete(_key(identifier))

    def _identifier(self, cookie: str | None) -> str | None:
        identifier, _, signature = (cookie or "").rpartition(".")
        genuine = hmac.compare_digest(signature.encode(), self._signature(identifier).encode())
        return identifier if identifier and genuine else None

    def _signature(self, identifier: str) -> str:
        return hmac.new(self._key, identifier.encode(), hashlib.sha256).hexdigest()


def _key(identifier: str) -> str:
    return f"session:{identifier}"
