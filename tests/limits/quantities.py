"""Kubernetes quantities by exact arithmetic, to hold the patterns of the schema against.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import floor

FACTORS = {
    "": Fraction(1),
    "m": Fraction(1, 1000),
    **{suffix: Fraction(1000) ** power for power, suffix in enumerate("kMGTPE", 1)},
    **{suffix + "i": Fraction(1024) ** power for power, suffix in enumerate("KMGTPE", 1)},
}
EXPONENTS = (-3, *range(10), 12, 15, 18)
PLACES = 9
"""The exponents and the number of decimal places that the schema takes."""

# One spelling of every factor that a quantity can be written with.
ENDINGS = {**FACTORS, **{f"e{exponent}": Fraction(10) ** exponent for exponent in EXPONENTS}}


def amount(text: str) -> Fraction | None:
    """What a text stands for; None where it is no quantity that the schema takes."""
    parts = re.fullmatch(r"\+?([0-9]*)(?:\.([0-9]*))?((?s:.*))", text)
    whole, places, ending = parts.groups("") if parts else ("", "", "")
    factor = _factor(ending)
    if factor is None or not whole + places or len(places) > PLACES:
        return None
    return Fraction(int(whole + places), 10 ** len(places)) * factor


def _factor(ending: str) -> Fraction | None:
    exponent = re.fullmatch(r"[eE]([+-]?[0-9]+)", ending)
    if exponent is None:
        return FACTORS.get(ending)
    power = int(exponent[1])
    signed_zero = power == 0 and "-" in ending
    return Fraction(10) ** power if power in EXPONENTS and not signed_zero else None


def written(units: int, places: int, ending: str) -> str:
    """So many units of the last decimal place: 1500, 3, Gi is 1.500Gi."""
    digits = str(units).zfill(places + 1)
    cut = len(digits) - places
    return f"{digits[:cut]}{'.' if places else ''}{digits[cut:]}{ending}"


def around(bound: Fraction, places: int, ending: str) -> Iterator[str]:
    """Quantities of a form about a bound: last below, at it or next to it, first above."""
    units = floor(bound / ENDINGS[ending] * 10**places)
    for step in (-1, 0, 1):
        if units + step >= 0:
            yield written(units + step, places, ending)
