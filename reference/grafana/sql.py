"""The SQL of panels: Grafana's variables and macros, replaced as its MySQL data source does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reference.grafana.provisioning import Variable

SECONDS = {
    "s": 1,
    "m": 60,
    "h": 3600,
    "d": 86400,
    "w": 7 * 86400,
    "M": 30 * 86400,
    "y": 365 * 86400,
}
ALL = "$__all"


class QueryError(Exception):
    """A query that Grafana couldn't send; the message says why."""


@dataclass(frozen=True)
class Range:
    """A time range in seconds since 1970."""

    start: int
    end: int

    @property
    def interval(self) -> int:
        """Seconds between two points of a graph that is 1000 points wide."""
        return max(1, (self.end - self.start) // 1000)


def parse_range(start: str, end: str, now: int) -> Range:
    """Read a range such as `now-6h` to `now`; rounding (`now/d`) is passed over."""
    return Range(_moment(start, now), _moment(end, now))


def _moment(text: str, now: int) -> int:
    match = re.fullmatch(r"now(?:-(\d+)([smhdwMy]))?(?:/[smhdwMy])?", text)
    if match is None:
        raise QueryError(f"{text} is no time, such as now-6h")
    return now - int(match[1] or 0) * SECONDS[match[2] or "s"]


@dataclass(frozen=True)
class Value:
    """A variable's choice: texts to be quoted where needed, or an `allValue` as it is."""

    texts: tuple[str, ...]
    verbatim: str | None = None
    quoted: bool = True


def value(variable: Variable, options: list[str]) -> Value:
    """Return what a variable stands for when its dashboard opens, given its query's options."""
    current = variable.current.value
    chosen = tuple(current) if isinstance(current, list) else (current,) if current else ()
    quoted = variable.multi or variable.includeAll
    if ALL in chosen:
        return Value(tuple(options), variable.allValue, quoted)
    return Value(chosen or tuple(options[:1]) or ("",), None, quoted)


NAME = re.compile(r"\$(?:\{(\w+)(?:\.\w+)?(?::(\w+))?\}|(\w+))")


def substitute(statement: str, values: Mapping[str, Value], range_: Range) -> str:
    """Replace variables and macros. Raises QueryError for one that is unknown."""
    names = {
        "__interval": f"{range_.interval}s",
        "__interval_ms": str(range_.interval * 1000),
        "__from": str(range_.start * 1000),
        "__to": str(range_.end * 1000),
    }

    def variable(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        if name in names:
            return names[name]
        if name.startswith("__"):
            return match[0]
        if name not in values:
            raise QueryError(f"no variable ${name}")
        return _text(values[name], match[2])

    return _macros(NAME.sub(variable, statement), range_)


def _text(value: Value, form: str | None) -> str:
    if value.verbatim is not None:
        return value.verbatim
    if form == "sqlstring" or (form is None and value.quoted):
        return ",".join("'" + text.replace("'", "''") + "'" for text in value.texts) or "''"
    if form in ("raw", "csv"):
        return ",".join(value.texts)
    if form is None:
        return "".join(value.texts[:1]).replace("'", "''")
    raise QueryError(f"the format {form} of a variable is not known here")


MACRO = re.compile(r"\$__(\w+)")


def _macros(statement: str, range_: Range) -> str:
    """Replace the macros from the last to the first, so that one may be inside another."""
    for match in reversed(list(MACRO.finditer(statement))):
        rest = statement[match.end() :]
        arguments, length = _arguments(rest) if rest.startswith("(") else ([], 0)
        made = _macro(match[1], arguments, range_)
        statement = statement[: match.start()] + made + rest[length:]
    return statement


def _arguments(text: str) -> tuple[list[str], int]:
    """Return the arguments in brackets at the start of a text, and the length with the brackets."""
    depth = 0
    parts = [""]
    for position, letter in enumerate(text):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if depth == 0:
            return [part.strip() for part in parts if part.strip()], position + 1
        if letter == "," and depth == 1:
            parts.append("")
        elif position:
            parts[-1] += letter
    raise QueryError(f"a bracket is not closed: {text[:40]}")


def _macro(name: str, arguments: list[str], range_: Range) -> str:
    start, end = range_.start, range_.end
    match name, arguments:
        case "timeFilter", [column]:
            return f"{column} BETWEEN FROM_UNIXTIME({start}) AND FROM_UNIXTIME({end})"
        case "timeFrom", []:
            return f"FROM_UNIXTIME({start})"
        case "timeTo", []:
            return f"FROM_UNIXTIME({end})"
        case "time", [column]:
            return f"UNIX_TIMESTAMP({column}) AS time_sec"
        case "timeGroup", [column, interval, *_]:
            width = _seconds(interval)
            return f"UNIX_TIMESTAMP({column}) DIV {width} * {width}"
        case "timeGroupAlias", [_, _, *_]:
            return _macro("timeGroup", arguments, range_) + ' AS "time"'
        case "unixEpochFilter", [column]:
            return f"{column} >= {start} AND {column} <= {end}"
        case "unixEpochFrom", []:
            return str(start)
        case "unixEpochTo", []:
            return str(end)
        case "unixEpochGroup", [column, interval, *_]:
            width = _seconds(interval)
            return f"{column} DIV {width} * {width}"
        case "unixEpochGroupAlias", [_, _, *_]:
            return _macro("unixEpochGroup", arguments, range_) + ' AS "time"'
    raise QueryError(f"no macro $__{name} with {len(arguments)} arguments")


def _seconds(interval: str) -> int:
    match = re.fullmatch(r"'?(\d+)(ms|[smhdwMy])'?", interval)
    if match is None:
        raise QueryError(f"{interval} is no interval, such as 5m")
    if match[2] == "ms":
        return max(1, int(match[1]) // 1000)
    return int(match[1]) * SECONDS[match[2]]
