"""Values that only components of kind cron have."""

from __future__ import annotations

from typing import cast

from generator.kinds.cron.model import SCHEDULE, Cron
from generator.plan.component import ComponentPlan
from generator.spec.fields import PATTERNS_IN_WORDS
from generator.values.schemas import SECONDS, choice, integer, matching
from generator.values.sections import Times, switch, text
from generator.values.tree import Section, Value

TIMES = Times(grace=30)


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    spec = cast(Cron, component.spec)
    return {
        "schedule": text(
            spec.schedule,
            "When it runs, in UTC: minute, hour, day, month and day of the week",
            matching(SCHEDULE, PATTERNS_IN_WORDS[SCHEDULE]),
        ),
        "suspend": switch(False, "Whether no further run begins"),
        "concurrencyPolicy": text(
            "Forbid",
            "What happens when a run is due and the last one has not ended",
            choice("Forbid", "Replace", "Allow"),
            "Forbid skips it, Replace ends the last one, Allow runs both",
        ),
        "startingDeadlineSeconds": Value(
            300, "Time in seconds by which a run may begin late, or else is skipped", SECONDS
        ),
        "activeDeadlineSeconds": Value(
            spec.deadline, "Time in seconds after which a run is ended and has failed", SECONDS
        ),
        "backoffLimit": Value(2, "Further tries of a run that failed", integer(0, 100)),
        "successfulJobsHistoryLimit": Value(
            spec.history, "Ended runs that are kept", integer(0, 100)
        ),
        "failedJobsHistoryLimit": Value(spec.history, "Failed runs that are kept", integer(0, 100)),
    }
