from __future__ import annotations

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.spec.quantities import QUANTITY_PATTERN, SUFFIXES, Quantity, QuantityRange

FACTORS = {
    "": Fraction(1),
    "m": Fraction(1, 1000),
    **{suffix: Fraction(1000) ** power for power, suffix in enumerate("kMGTPE", 1)},
    **{suffix + "i": Fraction(1024) ** power for power, suffix in enumerate("KMGTPE", 1)},
}

numbers = st.one_of(
    st.integers(0, 10**30).map(str),
    st.from_regex(r"[0-9]{1,20}\.[0-9]{0,20}", fullmatch=True),
    st.from_regex(r"\.[0-9]{1,20}", fullmatch=True),
)
endings = st.one_of(
    st.sampled_from(sorted(FACTORS)).map(lambda suffix: (suffix, FACTORS[suffix])),
    st.tuples(st.sampled_from("eE"), st.integers(-99, 99)).map(
        lambda pair: (f"{pair[0]}{pair[1]}", Fraction(10) ** pair[1])
    ),
)


def fraction(number: str) -> Fraction:
    whole, _, rest = number.partition(".")
    return Fraction(int((whole + rest) or "0"), 10 ** len(rest))


@given(number=numbers, ending=endings)
def test_a_quantity_is_exact(number: str, ending: tuple[str, Fraction]) -> None:
    text, factor = ending
    quantity = Quantity.parse(number + text)

    assert Fraction(quantity.value) == fraction(number) * factor
    assert str(quantity) == number + text


@given(low=st.tuples(numbers, endings), high=st.tuples(numbers, endings))
def test_a_range_has_the_quantities_on_both_sides_and_is_refused_upside_down(
    low: tuple[str, tuple[str, Fraction]], high: tuple[str, tuple[str, Fraction]]
) -> None:
    texts = [number + ending[0] for number, ending in (low, high)]
    values = [fraction(number) * ending[1] for number, ending in (low, high)]
    text = "-".join(texts)

    if values[0] > values[1]:
        with pytest.raises(ValueError, match="is upside down"):
            QuantityRange.parse(text)
    else:
        parsed = QuantityRange.parse(text)
        assert [str(parsed.low), str(parsed.high)] == texts
        assert str(parsed) == text


@given(st.text(max_size=12))
def test_what_is_no_quantity_is_refused_with_a_value_error(text: str) -> None:
    if re.fullmatch(QUANTITY_PATTERN, text):
        Quantity.parse(text)
    else:
        with pytest.raises(ValueError, match="is no Kubernetes quantity"):
            Quantity.parse(text)


@pytest.mark.parametrize("text", ["", "1 Gi", "1gi", "-1", "+1", "1e", "1e100", "Gi", ".", "1Gi\n"])
def test_near_misses_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no Kubernetes quantity"):
        Quantity.parse(text)


@pytest.mark.parametrize("text", ["512Mi", "-", "1-", "-1", "1-2-3", "1 - 2", "1-2\n"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no range of quantities"):
        QuantityRange.parse(text)


def test_every_suffix_of_kubernetes_is_known() -> None:
    assert {suffix: Fraction(factor) for suffix, factor in SUFFIXES.items()} == FACTORS
