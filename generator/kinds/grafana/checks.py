"""Checks of the spec that concern Grafana alone."""

from __future__ import annotations

from collections.abc import Iterator

from generator.kinds.grafana.model import Grafana
from generator.kinds.mysql.model import MySQL
from generator.spec.checks import Subject
from generator.spec.problems import Problem


def dashboards_read_a_called_database(subject: Subject) -> Iterator[Problem]:
    """Check that Grafana reads from a MySQL that it calls."""
    for part in subject.parts:
        if not isinstance(part.component, Grafana) or not part.component.database:
            continue
        name, path = part.component.database.component, (*part.path, "database", "component")
        yield from subject.unknown_component(path, name)
        target = subject.component(name)
        if target and not isinstance(target, MySQL):
            yield Problem(path, f"{name} is of kind {target.kind}; a mysql is allowed here")
        called = name in part.component.callees
        if isinstance(target, MySQL) and not called:
            yield Problem(path, f"{part.name} doesn't call {name}; add it to calls")


def database_readers_are_created(subject: Subject) -> Iterator[Problem]:
    """Check that a script of the database creates the user that Grafana reads with."""
    parts = {part.name: part for part in subject.parts}
    for part in subject.parts:
        if not isinstance(part.component, Grafana) or not (reader := part.component.database):
            continue
        database = subject.component(reader.component)
        if not isinstance(database, MySQL) or database.initialization.scripts.content.mistakes:
            continue
        scripts = database.initialization.scripts
        for at, section, key in (
            ("user", "config", reader.user),
            ("password", "secrets", reader.password),
        ):
            declared = (subject.config if section == "config" else subject.secrets).get(key)
            if not declared or part.name not in declared.readBy:
                continue  # named_keys_are_readable reports it
            path = (*part.path, "database", at)
            yield from subject.unreadable(parts[reader.component], path, section, key)
            if not scripts.reads(key):
                message = (
                    f"no *.sh file in {scripts.name} reads ${key}; create Grafana's user there"
                )
                yield Problem(path, message)


CHECKS = (dashboards_read_a_called_database, database_readers_are_created)
