from __future__ import annotations

from urllib.parse import quote

import pytest

from reference.common.settings import CommonSettings, DatabaseAddress, load

GOOD = {
    "DATABASE_URL": "mysql://user:pass@host:3307/name",
    "REDIS_URL": "redis://redis:6379",
    "HOSTNAME": "api-0",
}


@pytest.mark.parametrize("password", ["plain", "p@ss/w:rd?#%+", "a b", "%41", "päss", "''\"\\", ""])
def test_password_of_any_characters_survives_the_url(password: str) -> None:
    address = DatabaseAddress.parse(f"mysql://me:{quote(password, safe='')}@db.example:3307/fx")
    assert address == DatabaseAddress(
        host="db.example", port=3307, user="me", password=password, database="fx"
    )


def test_port_of_mysql_may_be_left_out() -> None:
    assert DatabaseAddress.parse("mysql://me:p@db/fx").port == 3306


@pytest.mark.parametrize(
    "url",
    [
        "",
        "db",
        "postgres://me:secret@db/fx",
        "mysql://db/fx",
        "mysql://me:secret@db",
        "mysql://me:secret@db/",
        "mysql://me:secret@:3306/fx",
        "mysql://me:secret@db:port/fx",
        "mysql://me:secret/part@db/fx",
        "mysql://me:secret[1]@db/fx",
        "mysql://me:secret\u2100@db/fx",
        None,
    ],
)
def test_malformed_url_is_refused_without_telling_the_password(url: str | None) -> None:
    with pytest.raises(ValueError, match="must be mysql://user:password") as refusal:
        DatabaseAddress.parse(url)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "url",
    [
        "redis",
        "http://redis:6379",
        "redis://:6379",
        "redis://redis:637O",
        "redis://:secret/part@redis:6379",
        "redis://:secret[1]@redis:6379",
    ],
)
def test_malformed_address_of_redis_is_refused_without_telling_a_password(url: str) -> None:
    with pytest.raises(SystemExit) as end:
        load(CommonSettings, {**GOOD, "REDIS_URL": url})
    assert str(end.value) == (
        "REDIS_URL must be redis://host:port (address of Redis, redis://host:port)"
    )


def test_settings_are_read() -> None:
    settings = load(CommonSettings, {**GOOD, "REDIS_PASSWORD": "r", "OTHER": "x"})
    assert (settings.instance, settings.redis_url) == ("api-0", "redis://redis:6379")
    assert settings.redis_password == "r"
    assert load(CommonSettings, GOOD).redis_password is None


def test_redis_may_be_reached_by_tls_and_with_a_password_in_its_address() -> None:
    url = "rediss://:p%40ss@redis:6379"
    assert load(CommonSettings, {**GOOD, "REDIS_URL": url}).redis_url == url


def test_secrets_are_not_in_the_text_of_settings() -> None:
    url = "redis://:hush@redis:6379"
    settings = load(CommonSettings, {**GOOD, "REDIS_PASSWORD": "hush", "REDIS_URL": url})
    assert "hush" not in repr(settings)
    assert "pass" not in repr(settings.database)


def test_all_problems_are_said_at_once() -> None:
    with pytest.raises(SystemExit) as end:
        load(CommonSettings, {"DATABASE_URL": "mysql://me:secret@db", "HOSTNAME": ""})
    lines = str(end.value).splitlines()
    assert [line.split()[0] for line in lines] == ["DATABASE_URL", "REDIS_URL", "HOSTNAME"]
    assert "REDIS_URL is not set (address of Redis, redis://host:port)" in lines
    assert "secret" not in str(end.value)
