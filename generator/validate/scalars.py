"""Plain words of YAML as Helm reads them: by the rules of go-yaml, then as JSON.

`yes`, `on` and `y` are true, `017` and `0o17` are fifteen, `2e9` is a number, `1:30` is text.
https://github.com/yaml/go-yaml/blob/v2/resolve.go
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any

_WORDS: dict[str, Any] = {
    **dict.fromkeys(
        ("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True
    ),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE"), False),
    **dict.fromkeys(("off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_INTEGER = re.compile(
    r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))", re.ASCII
)
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_TYPES: dict[str, Any] = {"bool": bool, "int": int, "float": (int, float), "null": type(None)}


def plain_scalar(text: str) -> Any:
    """What an unquoted word is."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    digits = text if text[0] == "." else text.replace("_", "")
    whole = None if text[0] == "." else _whole(digits)
    return _float(digits, text) if whole is None else as_json(whole)


def tagged_scalar(tag: str, text: str) -> Any:
    """What a word with a tag such as !!int is; ValueError where it is no such thing."""
    if tag == "binary":
        try:
            return base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise ValueError("it is no base64") from None
    if tag not in _TYPES:
        return text
    value = plain_scalar(text)
    if tag == "int" and isinstance(value, float):
        raise ValueError("it is no whole number")
    if not isinstance(value, _TYPES[tag]) or (isinstance(value, bool) and tag != "bool"):
        raise ValueError(f"{text!r} is no {tag}")
    return value


def as_json(number: int) -> int | float:
    """A whole number as Helm's JSON holds it: with the precision of a float."""
    return number if abs(number) <= 2**53 else float(number)


def key_text(value: Any, text: str) -> str:
    """A key as text; ValueError where Helm takes no such key."""
    if value is None:
        raise ValueError("a key must be text, not null")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return text if isinstance(value, str) else f"{value:g}"


def _whole(digits: str) -> int | None:
    match = _INTEGER.fullmatch(digits)
    if match is None:
        return None
    sign, *forms = match.groups()
    text, base = next(
        (text, base) for text, base in zip(forms, (16, 2, 8, 10), strict=True) if text
    )
    number = int(f"{sign}{text}", base)
    return number if -(2**63) <= number < 2 ** (63 if sign else 64) else None


def _float(digits: str, text: str) -> Any:
    if not _FLOAT.fullmatch(digits) or math.isinf(float(digits)):
        return text
    number = float(digits)
    return int(number) if number.is_integer() and abs(number) <= 2**53 else number
