"""Patterns of Kubernetes quantities, and of those on one side of a bound.

JSON Schema can compare numbers but not text, so a comparison is spelt out digit by digit, one
alternative for each way of writing: 2Gi, 2048Mi, 2097152Ki, 2147483648, 2.147G. Kubernetes reads
more ways than people write; the schema takes only those below, which keeps each pattern under a
kilobyte. Helm compiles all of them for each command.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache

_WHOLE = r"(0|[1-9]\d*)"


@dataclass(frozen=True)
class Notation:
    """One way to write a quantity: a number followed by a suffix."""

    suffix: str
    """Pattern of the suffixes that stand for the factor."""
    factor: Decimal
    places: int
    """Decimal places that the number may have."""


@dataclass(frozen=True)
class Unit:
    """What a quantity measures, and how it may be written."""

    notations: Sequence[Notation]
    examples: str
    """What a user is told who wrote it in another way."""

    @property
    def pattern(self) -> str:
        """Give the pattern of every quantity of the unit."""
        endings = (f"{_any_places(notation)}{notation.suffix}" for notation in self.notations)
        return f"^{_WHOLE}({'|'.join(endings)})$"


CORES = Unit(
    (Notation("m", Decimal("0.001"), 0), Notation("", Decimal(1), 3)),
    "cores such as 250m, 2 or 0.5, with up to three decimals",
)
BYTES = Unit(
    (
        Notation("", Decimal(1), 0),
        Notation("Ki", Decimal(2**10), 0),
        Notation("(k|e3)", Decimal(10**3), 0),
        Notation("Mi", Decimal(2**20), 3),
        Notation("Gi", Decimal(2**30), 3),
        Notation("Ti", Decimal(2**40), 3),
        Notation("(M|e6)", Decimal(10**6), 3),
        Notation("(G|e9)", Decimal(10**9), 3),
        Notation("(T|e12)", Decimal(10**12), 3),
    ),
    "bytes such as 1073741824, 512Mi or 1.5Gi, with up to three decimals from M and Mi on",
)


@cache
def at_least(bound: Decimal, unit: Unit) -> str:
    """Give the pattern that parts the unit's quantities of at least `bound` from the others.

    Text that is no quantity of the unit may match or not.
    """
    return _per_notation(bound, unit, ROUND_CEILING, _number_at_least)


@cache
def at_most(bound: Decimal, unit: Unit) -> str:
    """Give the pattern that parts the unit's quantities of at most `bound` from the others.

    Text that is no quantity of the unit may match or not.
    """
    return _per_notation(bound, unit, ROUND_FLOOR, _number_at_most)


def _any_places(notation: Notation) -> str:
    return rf"(\.\d{{1,{notation.places}}})?" if notation.places else ""


def _per_notation(
    bound: Decimal, unit: Unit, rounding: str, number: Callable[[str, str, str], str]
) -> str:
    written = []
    for notation in unit.notations:
        # Between this and the bound itself lies nothing that has so few decimal places.
        nearest = (bound / notation.factor).quantize(Decimal(10) ** -notation.places, rounding)
        whole, _, places = format(nearest, "f").partition(".")
        digits = number(whole, places.rstrip("0"), _any_places(notation))
        written.append(f"({digits}){notation.suffix}")
    # Groups that capture nothing: Go compiles them in three quarters of the time.
    return f"^({'|'.join(written)})$".replace("(", "(?:")


def _number_at_least(whole: str, places: str, any_places: str) -> str:
    """Return numbers that are at least `whole.places`."""
    if not places:
        return f"{_whole_at_least(whole)}{any_places}"
    return rf"{_whole_above(whole)}{any_places}|{whole}\.{_places_at_least(places)}"


def _number_at_most(whole: str, places: str, any_places: str) -> str:
    """Return numbers that are at most `whole.places`."""
    if not any_places:
        return _either(_whole_below(whole), whole)
    equal = rf"{whole}(\.{_places_at_most(places)})?"
    less = _whole_below(whole)
    return f"{less}{any_places}|{equal}" if less else equal


def _whole_at_least(digits: str) -> str:
    """Return whole numbers that are at least these."""
    return _either(_digits_at_least(digits), _longer(digits))


def _whole_above(digits: str) -> str:
    """Return whole numbers that are more than these."""
    return _either(_digits_above(digits), _longer(digits))


def _whole_below(digits: str) -> str:
    """Return whole numbers that are less than these; nothing where there are none."""
    shorter = rf"\d{{1,{len(digits) - 1}}}" if len(digits) > 1 else ""
    return _either(_digits_below(digits), shorter)


def _longer(digits: str) -> str:
    """Return whole numbers with more digits than these."""
    return rf"[1-9]\d{{{len(digits)},}}"


def _digits_at_least(digits: str) -> str:
    """Return as many digits that are at least these."""
    if not digits.strip("0"):
        return _any(len(digits))
    first, rest = int(digits[0]), digits[1:]
    if not rest.strip("0"):
        return _digit(first, 9, len(rest))
    return _either(f"{first}{_digits_at_least(rest)}", _digit(first + 1, 9, len(rest)))


def _digits_above(digits: str) -> str:
    """Return as many digits that are more than these."""
    if not digits:
        return ""
    first, rest = int(digits[0]), digits[1:]
    above = _digits_above(rest)
    return _either(f"{first}{above}" if above else "", _digit(first + 1, 9, len(rest)))


def _digits_below(digits: str) -> str:
    """Return as many digits that are less than these."""
    if not digits:
        return ""
    first, rest = int(digits[0]), digits[1:]
    below = _digits_below(rest)
    return _either(f"{first}{below}" if below else "", _digit(0, first - 1, len(rest)))


def _places_at_least(digits: str) -> str:
    """Return decimal places that are at least these."""
    first, rest = int(digits[0]), digits[1:]
    if not rest:
        return _digit(first, 9, None)
    return _either(f"{first}{_places_at_least(rest)}", _digit(first + 1, 9, None))


def _places_at_most(digits: str) -> str:
    """Return decimal places that are at most these; fewer places are less."""
    if not digits:
        return "0*"
    first, rest = int(digits[0]), digits[1:]
    inner = _either(f"{first}{_places_at_most(rest)}", _digit(0, first - 1, None))
    return f"({inner})?"


def _digit(low: int, high: int, following: int | None) -> str:
    """Return a digit from low to high and so many others, any number where None; or nothing."""
    if low > high:
        return ""
    digits = str(low) if low == high else f"[{low}-{high}]"
    return digits + (r"\d*" if following is None else _any(following))


def _any(count: int) -> str:
    return r"\d" * count if count < 2 else rf"\d{{{count}}}"


def _either(one: str, other: str) -> str:
    return f"({one}|{other})" if one and other else one or other
