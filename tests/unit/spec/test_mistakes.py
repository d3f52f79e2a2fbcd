from __future__ import annotations

from collections.abc import Callable

import pytest

from generator.spec.load import load_spec
from tests.spec_files import OURS
from tests.unit.spec.conftest import Mistakes

HEALTH = "health: {exec: [sh, -c, \"! grep -qs '^State:.[Tt]' /proc/[0-9]*/status\"]}"
LABEL = "tiers.application.frontend.label"
WEB_KEYS = (
    "kind, purpose, label, image, user, command, args, workingDir, resources, "
    "calls, mounts, writable, env, "
    "aliases, replicas, autoscaling, port, service, exposed, health"
)
KINDS = "cron, grafana, mysql, redis, singleton, web, worker"
QUOTE = "for text put it in quotes"

CASES: list[tuple[str, str, str, str]] = [
    (
        "misspelt key",
        "replicas: {default: 2, max: 50}",
        "replcas: {default: 2, max: 50}",
        "37:7: tiers.application.frontend.replcas: unknown key 'replcas'; "
        f"allowed are {WEB_KEYS}; did you mean 'replicas'?",
    ),
    (
        "key that no kind knows",
        "      label: frontend\n",
        "      label: frontend\n      zzz: 1\n",
        f"32:7: tiers.application.frontend.zzz: unknown key 'zzz'; allowed are {WEB_KEYS}",
    ),
    (
        "misspelt key at the top",
        "platform:\n",
        "platfrom:\n",
        "6:1: platfrom: unknown key 'platfrom'; allowed are platform, tiers, volumes, config, "
        "secrets, environments; did you mean 'platform'?",
    ),
    (
        "missing key",
        "      purpose: Web-based user interface (React)\n",
        "",
        "28:5: tiers.application.frontend: key 'purpose' is missing",
    ),
    (
        "text for a number",
        "port: 3000\n",
        "port: eighty\n",
        "33:13: tiers.application.frontend.port: 'eighty' is given; a whole number is wanted",
    ),
    (
        "number in quotes",
        "port: 3000\n",
        'port: "3000"\n',
        "33:13: tiers.application.frontend.port: "
        "'3000' is given; a whole number is wanted, without quotes",
    ),
    (
        "fraction for a whole number",
        "port: 3000\n",
        "port: 3000.5\n",
        "33:13: tiers.application.frontend.port: 3000.5 is given; a whole number is wanted",
    ),
    (
        "number too large",
        "port: 3000\n",
        "port: 70000\n",
        "33:13: tiers.application.frontend.port: 70000 is given; at most 65535 is wanted",
    ),
    (
        "number too small",
        "user: 10001",
        "user: 1000",
        "15:9: platform.user: 1000 is given; at least 10000 is wanted",
    ),
    (
        "number for text",
        "label: frontend",
        "label: 1.0",
        f"31:14: {LABEL}: 1.0 is given, which YAML reads as a number; {QUOTE}",
    ),
    (
        "version of Kubernetes without quotes",
        '"1.30"',
        "1.30",
        f"13:15: platform.kubernetes: 1.30 is given, which YAML reads as a number; {QUOTE}",
    ),
    (
        "yes for text",
        "label: frontend",
        "label: yes",
        f"31:14: {LABEL}: yes is given, which YAML reads as true or false; {QUOTE}",
    ),
    (
        "yes for a variable",
        "NODE_ENV: production",
        "NODE_ENV: yes",
        "42:23: tiers.application.frontend.env.NODE_ENV: "
        f"yes is given, which YAML reads as true or false; {QUOTE}",
    ),
    (
        "list for a variable",
        "NODE_ENV: production",
        "NODE_ENV: [production]",
        "42:23: tiers.application.frontend.env.NODE_ENV: a list is given; text is wanted",
    ),
    (
        "false for the value of a key",
        'value: "false"',
        "value: false",
        "138:68: config.keys.DEBUG.value: "
        f"false is given, which YAML reads as true or false; {QUOTE}",
    ),
    (
        "date for text",
        "label: frontend",
        "label: 2024-01-01",
        f"31:14: {LABEL}: '2024-01-01' has a meaning of its own in YAML; quote it",
    ),
    (
        "nothing for text",
        "label: frontend",
        "label:",
        f"31:13: {LABEL}: nothing is given; give a value or leave the key out",
    ),
    (
        "null where a key may be left out",
        "exposed: {to: users}",
        "exposed: null",
        "35:16: tiers.application.frontend.exposed: "
        "nothing is given; give a value or leave the key out",
    ),
    (
        "mapping for text",
        "image: redis:7.4.5-alpine",
        "image: {repository: redis}",
        "92:14: tiers.data.redis.image: a mapping is given; text is wanted",
    ),
    (
        "text for a list",
        "calls: [api]",
        "calls: api",
        "40:14: tiers.application.frontend.calls: 'api' is given; a list is wanted",
    ),
    (
        "number in a list of names",
        "calls: [api]",
        "calls: [api, 5]",
        "40:20: tiers.application.frontend.calls[1]: "
        f"5 is given, which YAML reads as a number; {QUOTE}",
    ),
    (
        "text for a mapping",
        "replicas: {default: 2, max: 50}",
        "replicas: two",
        "37:17: tiers.application.frontend.replicas: 'two' is given; a mapping is wanted",
    ),
    (
        "label with a capital",
        "label: frontend",
        "label: Frontend",
        f"31:14: {LABEL}: 'Frontend' is given; "
        "wanted: lower-case letters, digits and '-', a letter first",
    ),
    (
        "label too long",
        "label: frontend",
        f"label: {'a' * 64}",
        f"31:14: {LABEL}: {'a' * 64!r} is longer than 63 characters",
    ),
    (
        "path that isn't absolute",
        "writable: {/tmp: 16Mi}",
        "writable: {tmp: 16Mi}",
        "97:18: tiers.data.redis.writable.tmp: 'tmp' is given; wanted: a path such as /app/logs",
    ),
    (
        "image without a tag",
        "image: redis:7.4.5-alpine",
        "image: redis",
        "92:14: tiers.data.redis.image: "
        "'redis' is given; wanted: repository:tag such as redis:7.4.5-alpine",
    ),
    (
        "size that is no quantity",
        "size: 20Gi",
        "size: 20GB",
        "125:33: volumes.data.size: "
        "'20GB' is no Kubernetes quantity such as 512Mi, 2Gi, 250m or 0.5",
    ),
    (
        "range with one end",
        "memory: 256Mi-1Gi",
        "memory: 256Mi",
        "39:27: tiers.application.frontend.resources.memory: "
        "'256Mi' is no range of quantities such as 512Mi-2Gi or 250m-1000m",
    ),
    (
        "range that is upside down",
        "memory: 256Mi-1Gi",
        "memory: 1Gi-256Mi",
        "39:27: tiers.application.frontend.resources.memory: "
        "'1Gi-256Mi' is upside down: 1Gi is more than 256Mi",
    ),
    (
        "misspelt choice",
        "given: required",
        "given: requird",
        "159:60: secrets.keys.MT5_LOGIN.given: "
        "'requird' is given; allowed are required, optional; did you mean 'required'?",
    ),
    (
        "misspelt kind",
        "kind: singleton",
        "kind: singelton",
        "63:13: tiers.application.trading-bot.kind: "
        f"'singelton' is given; allowed are {KINDS}; did you mean 'singleton'?",
    ),
    (
        "unknown kind",
        "kind: mysql",
        "kind: cassandra",
        f"78:13: tiers.data.mysql.kind: 'cassandra' is given; allowed are {KINDS}",
    ),
    (
        "missing kind",
        "      kind: mysql\n",
        "",
        f"76:5: tiers.data.mysql: key 'kind' is missing; allowed are {KINDS}",
    ),
    (
        "misspelt key kind",
        "kind: mysql",
        "knid: mysql",
        "78:7: tiers.data.mysql.knid: unknown key 'knid'; did you mean 'kind'?",
    ),
    (
        "kind with other needs",
        "kind: singleton",
        "kind: worker",
        "61:5: tiers.application.trading-bot: key 'replicas' is missing",
    ),
    (
        "misspelt choice of a config key",
        "value: genx_user",
        "valeu: genx_user",
        "131:63: config.keys.MYSQL_USER.valeu: unknown key 'valeu'; "
        "allowed are about, readBy, value; did you mean 'value'?",
    ),
    (
        "config key without a choice",
        "value: genx_user, ",
        "",
        "131:5: config.keys.MYSQL_USER: "
        "a key is missing; give one of value, hostOf, portOf, listenPortOf, urlOf",
    ),
    (
        "config key with two choices",
        "value: genx_user",
        "value: genx_user, hostOf: mysql",
        "131:81: config.keys.MYSQL_USER.hostOf: "
        "'hostOf' is one too many; give one of value, hostOf, portOf, listenPortOf, urlOf",
    ),
    (
        "config key that is no mapping",
        "MYSQL_USER: {about: Database user of the API and the bot, value: genx_user, "
        "readBy: [mysql]}",
        "MYSQL_USER: genx_user",
        "131:17: config.keys.MYSQL_USER: 'genx_user' is given; a mapping is wanted",
    ),
    (
        "name of a key in small letters",
        "    PORT: {",
        "    port: {",
        "137:5: config.keys.port: "
        "'port' is given; wanted: capital letters, digits and '_', a letter first",
    ),
    (
        "secret key without a choice",
        "given: required, ",
        "",
        "159:5: secrets.keys.MT5_LOGIN: "
        "a key is missing; give one of generate, compose, urlOf, given, fixed",
    ),
    (
        "health without a choice",
        HEALTH,
        "health: {}",
        "68:7: tiers.application.trading-bot.health: a key is missing; give one of exec, file",
    ),
    (
        "health with two choices",
        "{exec: [sh",
        "{file: /tmp/x, exec: [sh",
        "68:16: tiers.application.trading-bot.health.file: "
        "'file' is one too many; give one of exec, file",
    ),
    (
        "health by file without an age",
        HEALTH,
        "health: {file: /tmp/heartbeat}",
        "68:7: tiers.application.trading-bot.health: key 'maxAge' is missing",
    ),
    (
        "health by command without a command",
        HEALTH,
        "health: {exec: []}",
        "68:22: tiers.application.trading-bot.health.exec: "
        "the list is empty; at least one entry is wanted",
    ),
    (
        "expectation of an unknown form",
        "health: {http: /health}",
        "health: {http: /health, expect: {jsn: {status: healthy}}}",
        "52:40: tiers.application.api.health.expect.jsn: unknown key 'jsn'; "
        "allowed are status, text, json; did you mean 'json'?",
    ),
    (
        "status that nobody answers",
        "health: {http: /health}",
        "health: {http: /health, expect: {status: 20}}",
        "52:48: tiers.application.api.health.expect.status: 20 is given; at least 200 is wanted",
    ),
    (
        "null for a member of an answer",
        "health: {http: /health}",
        "health: {http: /health, expect: {json: {error: null}}}",
        "52:54: tiers.application.api.health.expect.json.error: "
        "nothing is given; give a value or leave the key out",
    ),
    (
        "health that is no mapping",
        HEALTH,
        "health: pgrep",
        "68:15: tiers.application.trading-bot.health: 'pgrep' is given; a mapping is wanted",
    ),
    (
        "misspelt urlOf",
        "urlOf: redis",
        "urlOff: redis",
        "156:8: secrets.keys.REDIS_URL.urlOff: "
        "unknown key 'urlOff'; allowed are about, readBy, urlOf; did you mean 'urlOf'?",
    ),
    (
        "key of an environment",
        "    about: A laptop",
        "    abuot: A laptop",
        "173:5: environments.dev.abuot: "
        "unknown key 'abuot'; allowed are about, values; did you mean 'about'?",
    ),
    (
        "home page that is no address",
        "home: https://github.com/Mouy-leng/GenX_FX",
        "home: github.com/Mouy-leng/GenX_FX",
        "19:9: platform.home: 'github.com/Mouy-leng/GenX_FX' is given; "
        "wanted: a web address such as https://example.com/platform",
    ),
    (
        "icon that is a data URI",
        "icon: https://raw.githubusercontent.com/Mouy-leng/GenX_FX/main/docs/icon.svg",
        "icon: data:image/svg+xml;base64,PHN2Zy8+",
        "23:9: platform.icon: 'data:image/svg+xml;base64,PHN2Zy8+' is given; "
        "wanted: an https address such as https://example.com/icon.svg",
    ),
    (
        "maintainer without a name",
        "[{name: GenX FX}]",
        "[{email: team@example.com}]",
        "21:17: platform.maintainers[0]: key 'name' is missing",
    ),
    (
        "maintainer's address that is no e-mail address",
        "[{name: GenX FX}]",
        "[{name: GenX FX, email: team}]",
        "21:40: platform.maintainers[0].email: 'team' is given; "
        "wanted: an e-mail address such as team@example.com",
    ),
    (
        "licence in free words",
        "license: Apache-2.0",
        "license: Apache 2",
        "24:12: platform.license: 'Apache 2' is given; "
        "wanted: an SPDX licence expression such as Apache-2.0",
    ),
    (
        "fingerprint of a key with spaces",
        "  license: Apache-2.0",
        "  signingKey: {fingerprint: 0123 4567, url: https://example.com/key.asc}",
        "24:29: platform.signingKey.fingerprint: '0123 4567' is given; "
        "wanted: 40 hexadecimal digits in capitals, as of `gpg --fingerprint` without its spaces",
    ),
    (
        "key that is given twice",
        "      label: frontend\n",
        "      label: frontend\n      label: frontend\n",
        "32:7: tiers.application.frontend.label: key 'label' is given twice, here and in line 31",
    ),
    (
        "key that YAML reads as true",
        "NODE_ENV: production",
        "NODE_ENV: production, on: x",
        "42:35: tiers.application.frontend.env.on: the key 'on' must be in quotes",
    ),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES]
)
def test_a_mistake_is_explained_once_and_at_its_place(
    mistakes: Mistakes, old: str, new: str, expected: str
) -> None:
    assert mistakes((old, new)) == [expected]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("a: b\n\tc: d\n", "2:1: not YAML: a tab stands where YAML wants spaces"),
        pytest.param("a:\n\t- d\n", "2:1: not YAML: a tab stands where YAML wants spaces"),
        pytest.param(
            "a: [\n",
            "2:1: not YAML: while parsing a flow node, did not find expected node content",
        ),
        pytest.param("a: *x\n", "1:4: not YAML: found undefined alias"),
        pytest.param(
            "a: 1\n---\nb: 2\n",
            "2:1: not YAML: expected a single document in the stream, but found another document",
        ),
        pytest.param("é: 'é \x01'\n", "1:7: not YAML: control character '\\x01'"),
        pytest.param(b"a: 1\nb: \xff\n", "2:4: not UTF-8: byte 0xff"),
        pytest.param("a: &a [*a]\n", "1:1: nested too deeply, or an alias contains itself"),
        pytest.param("a: !!int x\n", "1:1: not YAML: invalid literal for int() with base 10: 'x'"),
    ],
    ids=repr,
)
def test_what_is_no_yaml_is_the_only_mistake(
    errors_in: Callable[[str | bytes], list[str]], content: str | bytes, expected: str
) -> None:
    assert errors_in(content) == [expected, "1 error"]


@pytest.mark.parametrize(
    ("content", "given"), [("[]\n", "a list"), ("text\n", "'text'"), ("5\n", "5")]
)
def test_what_is_no_mapping_is_said_so(
    errors_in: Callable[[str], list[str]], content: str, given: str
) -> None:
    assert errors_in(content)[0] == f"1:1: {given} is given; a mapping is wanted"


def test_an_empty_file_lacks_the_required_keys(errors_in: Callable[[str], list[str]]) -> None:
    assert errors_in("")[:3] == [
        f"1:1: key {key!r} is missing" for key in ("config", "platform", "tiers")
    ]


def test_of_a_key_that_is_given_twice_the_last_counts(mistakes: Mistakes) -> None:
    assert mistakes(("port: 3000\n", "port: 3000\n      port: eighty\n")) == [
        "34:7: tiers.application.frontend.port: key 'port' is given twice, here and in line 33",
        "34:13: tiers.application.frontend.port: 'eighty' is given; a whole number is wanted",
    ]


def test_a_spec_without_mistakes_is_read(mistakes: Mistakes) -> None:
    assert mistakes() == []


def test_our_own_spec_and_its_folders_are_right() -> None:
    load_spec(OURS)


def test_aliases_and_merge_keys_are_read(mistakes: Mistakes) -> None:
    assert (
        mistakes(
            ("resources: {memory: 512Mi-2Gi", "resources: &large {memory: 512Mi-2Gi"),
            (
                "resources: {memory: 512Mi-2Gi, cpu: 250m-1000m, scratch: 128Mi-1Gi}",
                "resources: {<<: *large}",
            ),
        )
        == []
    )


def test_a_mistake_in_an_alias_is_reported_where_it_is_written(mistakes: Mistakes) -> None:
    found = mistakes(
        ("resources: {memory: 512Mi-2Gi", "resources: &large {memory: lots"),
        (
            "resources: {memory: 512Mi-2Gi, cpu: 250m-1000m, scratch: 128Mi-1Gi}",
            "resources: *large",
        ),
    )

    assert [line.partition(" is no ")[0] for line in found] == [
        "55:34: tiers.application.api.resources.memory: 'lots'",
        "55:34: tiers.application.trading-bot.resources.memory: 'lots'",
    ]


def test_all_mistakes_of_form_are_reported_at_once(mistakes: Mistakes) -> None:
    found = mistakes(
        ("title: GenX FX", "title: 12"),
        ("replicas: {default", "replcas: {default"),
        ("port: 8080", "port: eighty"),
        ("kind: singleton", "kind: singelton"),
        ("image: redis:7.4.5-alpine", "image: redis"),
        ("access: RWX", "access: RWZ"),
        ("value: genx_user", "valeu: genx_user"),
        ("generate: 32", "generate: 8"),
        ("given: required, ", ""),
        ("about: Production", "abuot: Production"),
    )

    assert [line.split(": ")[1] for line in found] == [
        "platform.title",
        "tiers.application.frontend.replcas",
        "tiers.application.api.port",
        "tiers.application.trading-bot.kind",
        "tiers.data.redis.image",
        "volumes.logs.access",
        "config.keys.MYSQL_USER.valeu",
        "secrets.keys.MYSQL_ROOT_PASSWORD.generate",
        "secrets.keys.MT5_LOGIN",
        "environments.prod.abuot",
    ]


def test_all_references_that_lead_nowhere_are_reported_at_once(mistakes: Mistakes) -> None:
    found = mistakes(
        ("calls: [api]", "calls: [apii]"),
        ("mounts: {logs", "mounts: {lgos"),
        ("hostOf: mysql", "hostOf: mysqll"),
        ("{MYSQL_USER}:", "{MYSQL_USR}:"),
    )

    assert [line.split(": ")[1] for line in found] == [
        "tiers.application.frontend.calls[0]",
        "tiers.application.api.mounts.lgos",
        "config.keys.DATABASE_HOST.hostOf",
        "secrets.keys.DATABASE_URL.compose",
    ]


def test_the_last_line_counts_and_says_what_was_not_checked(
    errors_in: Callable[[str], list[str]], spec_text: str
) -> None:
    unknown = spec_text.replace("calls: [api]", "calls: [apii]")
    misspelt = unknown.replace("calls: [api", "cals: [api")
    later = "are checked when these are fixed"

    assert errors_in(unknown)[-1] == f"1 error; environments {later}"
    assert errors_in(misspelt)[-1] == f"1 error; references and environments {later}"


def test_no_message_speaks_of_pydantic(mistakes: Mistakes) -> None:
    for _, old, new, _ in CASES:
        for line in mistakes((old, new)):
            assert "Input should" not in line
            assert "pydantic" not in line
            assert "kind web" not in line
            assert "with value" not in line
