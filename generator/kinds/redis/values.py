"""Values that only components of kind redis have."""

from __future__ import annotations

from generator.plan.component import ComponentPlan
from generator.values.schemas import integer, matching
from generator.values.sections import Times, extra_configuration, text
from generator.values.tree import Section, Value

TIMES = Times(grace=60, startup=(2, 2, 300), liveness=(20, 10, 9))


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    return {"extraConfiguration": extra_configuration("timeout 0")}


def external_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the account at a server outside the release."""
    entries: dict[str, Value | Section] = {}
    if component.password_key:
        entries["user"] = text(
            "",
            "User at the server, by Redis' access control lists: genx. Empty sends the password"
            " alone, as servers older than 6 need it",
            matching(r"^[^\s\x00-\x1f\x7f]*$", "a name without spaces, such as genx"),
        )
    entries["database"] = Value(0, "Number of the database at the server", integer(0, 65535))
    return entries
