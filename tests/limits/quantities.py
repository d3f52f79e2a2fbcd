"""The quantities that the schema takes, by exact arithmetic, to hold its patterns against.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from math import floor

THOUSAND, KIBI = Fraction(1000), Fraction(1024)

# Suffix → what it stands for, and how many decimal places the number before it may have.
CORES = {"m": (1 / THOUSAND, 0), "": (Fraction(1), 3)}
BYTES = {
    "": (Fraction(1), 0),
    "Ki": (KIBI, 0),
    **dict.fromkeys(("k", "e3"), (THOUSAND, 0)),
    "Mi": (KIBI**2, 3),
    "Gi": (KIBI**3, 3),
    "Ti": (KIBI**4, 3),
    **dict.fromkeys(("M", "e6"), (THOUSAND**2, 3)),
    **dict.fromkeys(("G", "e9"), (THOUSAND**3, 3)),
    **dict.fromkeys(("T", "e12"), (THOUSAND**4, 3)),
}
Notations = dict[str, tuple[Fraction, int]]
UNITS: dict[str, Notations] = {"cores": CORES, "bytes": BYTES}


def amount(text: str, unit: Notations) -> Fraction | None:
    """Give what a text stands for; None where the schema takes no such quantity."""
    parts = re.fullmatch(r"(0|[1-9][0-9]*)(?:\.([0-9]+))?((?s:.*))", text)
    if parts is None or parts[3] not in unit:
        return None
    factor, most_places = unit[parts[3]]
    places = parts[2] or ""
    if len(places) > most_places:
        return None
    return Fraction(int(parts[1] + places), 10 ** len(places)) * factor


def written(units: int, places: int, suffix: str) -> str:
    """Write so many units of the last decimal place: 1500, 3, Gi is 1.500Gi."""
    digits = str(units).zfill(places + 1)
    cut = len(digits) - places
    return f"{digits[:cut]}{'.' if places else ''}{digits[cut:]}{suffix}"


def around(bound: Fraction, unit: Notations) -> Iterator[str]:
    """Give, for every notation, the quantities next to a bound: below, at it and above."""
    for suffix, (factor, most_places) in unit.items():
        for places in range(most_places + 1):
            nearest = floor(bound / factor * 10**places)
            for units in (nearest - 1, nearest, nearest + 1):
                if units >= 0:
                    yield written(units, places, suffix)
