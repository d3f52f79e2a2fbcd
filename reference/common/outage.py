"""The one error for a service that does not answer."""

from __future__ import annotations


class OutageError(Exception):
    """A service does not answer, or not in time; asking again later may help."""

    def __init__(self, service: str, reason: object) -> None:
        super().__init__(f"{service}: {reason}")
        self.service = service
        self.reason = str(reason)
