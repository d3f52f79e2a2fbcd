"""Kubernetes quantities and ranges of them.

Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal

SUFFIXES = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    "k": Decimal(10**3),
    "M": Decimal(10**6),
    "G": Decimal(10**9),
    "T": Decimal(10**12),
    "P": Decimal(10**15),
    "E": Decimal(10**18),
    "Ki": Decimal(2**10),
    "Mi": Decimal(2**20),
    "Gi": Decimal(2**30),
    "Ti": Decimal(2**40),
    "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}

QUANTITY_PATTERN = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[mkMGTPE]|[eE][+-]?[0-9]{1,2})?"
RANGE_PATTERN = f"^{QUANTITY_PATTERN}-{QUANTITY_PATTERN}$"

_QUANTITY = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"(?:(?P<suffix>[KMGTPE]i|[mkMGTPE])|[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)
_RANGE = re.compile(f"(?P<low>{QUANTITY_PATTERN})-(?P<high>{QUANTITY_PATTERN})")


@dataclass(frozen=True)
class Quantity:
    """An amount as it was written (`2Gi`) and as an exact number (bytes, cores)."""

    text: str
    value: Decimal

    @classmethod
    def parse(cls, text: str) -> Quantity:
        """Read a quantity; ValueError says what a quantity looks like."""
        match = _QUANTITY.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no Kubernetes quantity such as 512Mi, 2Gi, 250m or 0.5")
        exact = Context(prec=len(text) + 20)  # 2^60, the largest factor, has 19 digits
        value = exact.multiply(Decimal(match["number"]), SUFFIXES[match["suffix"] or ""])
        return cls(text, value.scaleb(int(match["exponent"] or 0), exact))

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class QuantityRange:
    """What the document grants: `low` is requested, `high` is the limit."""

    low: Quantity
    high: Quantity

    @classmethod
    def parse(cls, text: str) -> QuantityRange:
        """Read `512Mi-2Gi`; ValueError where it is malformed or upside down."""
        match = _RANGE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no range of quantities such as 512Mi-2Gi or 250m-1000m")
        low, high = Quantity.parse(match["low"]), Quantity.parse(match["high"])
        if low.value > high.value:
            raise ValueError(f"{text!r} is upside down: {low} is more than {high}")
        return cls(low, high)

    def __str__(self) -> str:
        return f"{self.low}-{self.high}"
