"""What can go wrong, told in words for whoever ran the command."""

from __future__ import annotations


class ClusterError(Exception):
    """Something failed; the message says what, and how to fix it."""


class CannotRaise(ClusterError):
    """This machine cannot run a cluster; the message names everything that is missing."""

    exit_status = 3
