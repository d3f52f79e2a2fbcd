"""Process that runs at times and ends: a CronJob."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from generator.spec.component import ComponentBase
from generator.spec.fields import Count, Seconds, in_words

# https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax
_FIELD = "[0-9A-Za-z*/,-]+"
SCHEDULE = in_words(
    rf"^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|{_FIELD}( {_FIELD}){{4}})$",
    "a schedule such as 0 3 * * *, in quotes",
)


class Cron(ComponentBase):
    """Process that runs at times and ends: a CronJob, of which one run follows the other."""

    workload: ClassVar = "CronJob"
    stays_up: ClassVar = False

    kind: Literal["cron"] = Field(description="Process that runs at times and ends")
    schedule: Annotated[str, StringConstraints(pattern=SCHEDULE)] = Field(
        description="When it runs: minute, hour, day, month and day of the week, in UTC",
        examples=["0 3 * * *"],
    )
    deadline: Seconds = Field(description="Longest time of a run in seconds")
    history: Count = Field(3, description="Ended runs that are kept, of those that failed and not")


MODEL = Cron
