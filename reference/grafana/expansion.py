"""How Grafana puts its environment into settings and provisioning files, oddities included.

What stands for braces is done first, and in provisioning files its outcome is looked at once more:
`${PASSWORD}` with the value `a$b` ends as `a`, while `$PASSWORD` keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_BRACES = re.compile(r"\$(|__[A-Za-z0-9_]+)\{([^}]+)\}")
# As in a shell: ${name}, an open brace, $1 and the like, $name, or a dollar that stands for itself.
_SHELL = re.compile(r"\$(?:\{([^}]*)\}|(\{)|([*#$@!?0-9-])|([A-Za-z_][A-Za-z0-9_]*))?")


def expand_setting(text: str, environment: Mapping[str, str]) -> str:
    """Expand `${NAME}` and `$__env{NAME}`, then `$__file{path}`, as in grafana.ini and in GF_….

    OSError where a file can't be read.
    """
    for match in list(_BRACES.finditer(text)):
        if match[1] in ("", "__env"):
            text = text.replace(match[0], environment.get(match[2], ""), 1)
    for match in list(_BRACES.finditer(text)):
        if match[1] == "__file":
            text = text.replace(match[0], Path(match[2]).read_text().strip(), 1)
    return text


def expand_provisioned(value: Any, environment: Mapping[str, str]) -> Any:
    """Expand all texts of a provisioning file.

    Stricter than Grafana, which reads a variable that isn't set as nothing: KeyError.
    """
    match value:
        case str():
            for name in _names(value):
                environment[name]
            return "$".join(_expand_twice(part, environment) for part in value.split("$$"))
        case dict():
            return {key: expand_provisioned(part, environment) for key, part in value.items()}
        case list():
            return [expand_provisioned(part, environment) for part in value]
    return value


def _expand_twice(text: str, environment: Mapping[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        if match[0] == "$":
            return "$"
        name = match[1] or match[3] or match[4] or ""
        return environment.get(name, "")

    return _SHELL.sub(replace, expand_setting(text, environment))


def _names(text: str) -> Iterator[str]:
    """Yield the variables that a text names itself."""
    for part in text.split("$$"):
        for match in re.finditer(r"\$(?:__env)?\{(\w+)\}|\$([A-Za-z_]\w*)(?!\w|\{)", part):
            yield match[1] or match[2]
