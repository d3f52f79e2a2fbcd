"""Values that only components of kind mysql have."""

from __future__ import annotations

from typing import cast

from generator.kinds.mysql.backup.values import backup_values
from generator.kinds.mysql.model import MySQL
from generator.plan.component import ComponentPlan
from generator.values.schemas import choice, defined, integer, optional
from generator.values.sections import Times, extra_configuration, text
from generator.values.tree import Section, Value

TIMES = Times(grace=300, startup=(2, 2, 300), liveness=(20, 10, 9))


def own_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the values that only this kind has."""
    spec = cast(MySQL, component.spec)
    return {
        "mode": text(
            "standalone",
            "How the database runs: standalone is one server; groupReplication are three, of which"
            " another takes over within seconds when one fails",
            choice("standalone", "groupReplication"),
        ),
        "maxConnections": Value(
            151, "Connections that the server accepts at once", integer(10, 10000)
        ),
        "initialization": Section(
            "Scripts that run once, when the server starts on an empty volume",
            {
                "extraScripts": Value(
                    {},
                    "Scripts of yours, by names that sort after those of the chart: {50-views.sql:"
                    ' "CREATE VIEW open_trades AS SELECT * FROM trades"}. They run as the'
                    " administrator, in the platform's database; bash reads those that end in .sh,"
                    " with the environment of the server, so that no password need stand here",
                    defined("scriptMap"),
                ),
            },
        ),
        "extraConfiguration": extra_configuration("max_connect_errors = 1000"),
        **({"backup": backup_values(spec.backup)} if spec.backup else {}),
    }


def external_values(component: ComponentPlan) -> dict[str, Value | Section]:
    """Build the account at a server outside the release, where keys of the ConfigMap name it."""
    abouts = {
        "user": ("User", "databaseUser", "app@genx"),
        "database": ("Database", "databaseName", "genx_prod"),
    }
    entries: dict[str, Value | Section] = {}
    for key, field in component.spec.account_keys().items():
        if key in component.config_keys:
            what, form, example = abouts[field]
            about = f"{what} at the server: {example}. Empty is global.config.{key}"
            entries[field] = text("", about, optional(form))
    return entries
