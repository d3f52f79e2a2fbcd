"""The password of the database changes as the documents say, and all that log in have it then."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cluster.kubectl import Kubectl
from tests.cluster.load import REQUESTS, addresses, steady_load
from tests.cluster.passwords import lets_in, steps
from tests.cluster.release import ONE_OF_EACH, SECRET, Release
from tests.documents import bash_of

PAGE = "docs/tasks/change-passwords.md"
RATE = 20  # requests a second

pytestmark = [pytest.mark.soak, pytest.mark.alone]


def test_the_applications_get_another_password_and_no_request_fails(
    kubectl: Kubectl, release: Release, tmp_path: Path
) -> None:
    namespace = release.namespace
    release.install(ONE_OF_EACH)
    old = kubectl.secret(SECRET, namespace)
    both, one = steps(PAGE)
    (restart,) = bash_of(PAGE, "rollout restart")
    upgrade, *rest = restart.text.splitlines(keepends=True)
    assert upgrade.startswith("helm upgrade ")

    with steady_load(addresses(kubectl, release, REQUESTS), RATE, tmp_path) as load:
        kubectl.typed(both, namespace)
        release.upgrade(ONE_OF_EACH)  # this chart, which no repository has
        kubectl.typed("".join(rest), namespace)
        kubectl.typed(one, namespace)

    assert [str(failure) for failure in load.failures] == []
    new = kubectl.secret(SECRET, namespace)
    changed = {"MYSQL_PASSWORD", "DATABASE_URL"}
    assert {key for key in new if new[key] != old[key]} == changed
    assert new["MYSQL_PASSWORD"] in new["DATABASE_URL"]
    assert lets_in(kubectl, namespace, "mysql-0", "genx_user", new["MYSQL_PASSWORD"])
    assert not lets_in(kubectl, namespace, "mysql-0", "genx_user", old["MYSQL_PASSWORD"])
    release.test("api-to-mysql-test", "trading-bot-to-mysql-test")
