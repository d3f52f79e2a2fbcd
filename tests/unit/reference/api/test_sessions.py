from __future__ import annotations

from typing import cast

import pytest

from reference.api.sessions import Session, Sessions, hash_password, password_fits
from reference.common.redis_client import Redis

ADA = Session(user_id=7, username="ada")


class FakeRedis:
    def __init__(self) -> None:
        self.keys: dict[str, str] = {}
        self.asked = 0

    def set(self, key: str, value: str, *, ex: int) -> None:
        self.keys[key] = value

    def get(self, key: str) -> str | None:
        self.asked += 1
        return self.keys.get(key)

    def delete(self, key: str) -> None:
        self.keys.pop(key, None)


@pytest.fixture
def redis() -> FakeRedis:
    return FakeRedis()


def sessions(redis: FakeRedis, key: str = "key") -> Sessions:
    return Sessions(cast(Redis, redis), key)


def test_session_is_known_to_every_pod_until_it_ends(redis: FakeRedis) -> None:
    cookie = sessions(redis).create(ADA)
    assert sessions(redis).find(cookie) == ADA
    sessions(redis).end(cookie)
    assert sessions(redis).find(cookie) is None


def test_forged_cookies_are_refused_unseen(redis: FakeRedis) -> None:
    cookie = sessions(redis).create(ADA)
    identifier = cookie.split(".")[0]
    signed_by_another = sessions(FakeRedis(), "other").create(ADA)
    for forged in (None, "", ".", identifier, f"{identifier}.", f"x{cookie}", f"{cookie}0", "ä.ö"):
        assert sessions(redis).find(forged) is None
    assert sessions(redis).find(signed_by_another) is None
    assert redis.asked == 0


def test_password_fits_its_own_hash_only() -> None:
    hashed = hash_password("pässword")
    assert password_fits("pässword", hashed)
    assert not password_fits("password", hashed)
    assert "pässword" not in hashed
    assert hash_password("pässword") != hashed


@pytest.mark.parametrize("hashed", ["", "!", "scrypt", "scrypt$00", "scrypt$00$", "plain$00$00"])
def test_nothing_fits_what_is_no_hash(hashed: str) -> None:
    assert not password_fits("", hashed)
