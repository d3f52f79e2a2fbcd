"""Patterns that match the Kubernetes quantities on one side of a bound, however they are written.

JSON Schema can compare numbers but not text, so the comparison is spelt out digit by digit, in RE2,
one alternative for each way of writing: 2Gi, 2048Mi, 2147483648, 2.0Gi, 2e9, 2000000000000m.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from functools import cache

from generator.spec.quantities import SUFFIXES

EXPONENTS = (-3, *range(10), 12, 15, 18)
"""Decimal exponents that a quantity may be written with: 0 to 9, and those of m, T, P and E. Each
one more makes every pattern a twentieth longer, and Helm compiles them all for each command."""

DECIMAL_PLACES = 9
"""Decimal places that a quantity may be written with; 2147483648 is 2.147483648G."""

_ANY_FRACTION = r"(\.\d*)?"
_ANY_FROM_ONE = r"[1-9]\d*"


def quantity_pattern() -> str:
    """Any well-formed quantity; it has no minus, since amounts are not negative."""
    number = rf"(\d+(\.\d{{0,{DECIMAL_PLACES}}})?|\.\d{{1,{DECIMAL_PLACES}}})"
    exponent = r"[eE](-0*3|\+?0*(1[258]|\d))"
    return rf"^\+?{number}([KMGTPE]i|[mkMGTPE]|{exponent})?$"


@cache
def at_least(bound: Decimal) -> str:
    """Pattern of the well-formed quantities of at least `bound` (bytes, cores)."""
    return _per_notation(bound, _mantissa_at_least, ROUND_CEILING)


@cache
def at_most(bound: Decimal) -> str:
    """Pattern of the well-formed quantities of at most `bound` (bytes, cores)."""
    return _per_notation(bound, _mantissa_at_most, ROUND_FLOOR)


def _per_notation(bound: Decimal, mantissa: Callable[[str, str], str], rounding: str) -> str:
    notations = []
    with localcontext() as exact:
        exact.prec = 100
        for factor, suffixes in _notations():
            # Between this and the bound itself lies nothing that has so few decimal places.
            nearest = (bound / factor).quantize(Decimal(10) ** -DECIMAL_PLACES, rounding)
            whole, _, fraction = format(nearest, "f").partition(".")
            number = mantissa(whole.lstrip("0"), fraction.rstrip("0"))
            notations.append(f"({number}){suffixes}")
    # Groups that capture nothing: Go compiles them in three quarters of the time.
    return rf"^\+?0*({'|'.join(notations)})$".replace("(", "(?:")


def _notations() -> list[tuple[Decimal, str]]:
    """Each factor, and the suffixes that stand for it."""
    binary = [(factor, name) for name, factor in SUFFIXES.items() if name.endswith("i")]
    decimal = {factor: name for name, factor in SUFFIXES.items() if not name.endswith("i")}
    notations = []
    for exponent in EXPONENTS:
        factor = Decimal(10) ** exponent
        sign = "-" if exponent < 0 else r"\+?"
        written = f"[eE]{sign}0*{abs(exponent)}"
        name = decimal.get(factor)
        if exponent == 0:
            written = f"({written})?"
        elif name:
            written = f"({name}|{written})"
        notations.append((factor, written))
    return [*binary, *notations]


def _mantissa_at_least(whole: str, fraction: str) -> str:
    """Numbers without leading zeros that are at least `whole.fraction`."""
    more = rf"\d{{{len(whole)},}}" if whole else r"\d*"
    longer = rf"[1-9]{more}{_ANY_FRACTION}"
    if fraction:
        larger = _whole_above(whole)
        equal = rf"{whole}\.{_fraction_at_least(fraction)}"
        return "|".join([longer, *([f"({larger}){_ANY_FRACTION}"] if larger else []), equal])
    return f"{longer}|{_whole_at_least(whole)}{_ANY_FRACTION}"


def _mantissa_at_most(whole: str, fraction: str) -> str:
    """Numbers without leading zeros that are at most `whole.fraction`."""
    equal = rf"{whole}(\.{_fraction_at_most(fraction)})?"
    if not whole:
        return equal
    shorter = rf"\d{{0,{len(whole) - 1}}}"
    smaller = "|".join(part for part in (shorter, _whole_below(whole)) if part)
    return f"({smaller}){_ANY_FRACTION}|{equal}"


def _whole_at_least(digits: str) -> str:
    """Whole numbers of as many digits that are at least these."""
    if not digits.strip("0"):
        return _any(len(digits))
    first, rest = int(digits[0]), digits[1:]
    if not rest.strip("0"):
        return _digit(first, 9, len(rest))
    equal = f"{first}{_whole_at_least(rest)}"
    return _either(equal, _digit(first + 1, 9, len(rest)))


def _whole_above(digits: str) -> str:
    """Whole numbers of as many digits that are more than these."""
    if not digits:
        return ""
    first, rest = int(digits[0]), digits[1:]
    above = _whole_above(rest)
    return _either(f"{first}{above}" if above else "", _digit(first + 1, 9, len(rest)))


def _whole_below(digits: str) -> str:
    """Whole numbers of as many digits that are less than these."""
    if not digits:
        return ""
    first, rest = int(digits[0]), digits[1:]
    below = _whole_below(rest)
    return _either(f"{first}{below}" if below else "", _digit(0, first - 1, len(rest)))


def _fraction_at_least(digits: str) -> str:
    """Decimal places that are at least these."""
    if not digits:
        return r"\d*"
    rest = digits.lstrip("0")
    if zeros := len(digits) - len(rest):
        after = _fraction_at_least(rest)
        if after == _ANY_FROM_ONE:
            return rf"0{{0,{zeros}}}{after}"
        fewer = rf"0{{0,{zeros - 1}}}" if zeros > 1 else ""
        return rf"({fewer}{_ANY_FROM_ONE}|{_times('0', zeros)}{after})"
    first = int(digits[0])
    if len(digits) == 1:
        return _digit(first, 9, None)
    return _either(f"{first}{_fraction_at_least(digits[1:])}", _digit(first + 1, 9, None))


def _fraction_at_most(digits: str) -> str:
    """Decimal places that are at most these; fewer places are less."""
    if not digits:
        return "0*"
    rest = digits.lstrip("0")
    if zeros := len(digits) - len(rest):
        return f"(0{{0,{zeros}}}|{_times('0', zeros)}{_fraction_at_most(rest)})"
    first = int(digits[0])
    inner = _either(f"{first}{_fraction_at_most(digits[1:])}", _digit(0, first - 1, None))
    return f"({inner})?"


def _digit(low: int, high: int, following: int | None) -> str:
    """A digit from low to high and so many others, any number where None; nothing if empty."""
    if low > high:
        return ""
    digits = str(low) if low == high else f"[{low}-{high}]"
    return digits + (r"\d*" if following is None else _any(following))


def _any(count: int) -> str:
    return _times(r"\d", count)


def _times(part: str, count: int) -> str:
    return part * count if count < 2 else f"{part}{{{count}}}"


def _either(one: str, other: str) -> str:
    return f"({one}|{other})" if one and other else one or other
