"""Kubernetes without nodes: its own programs as processes on loopback.

`ControlPlane` starts and ends them, `python -m tools.control_plane` does so from the command line.
See README.md.
"""

from .plane import CONTEXT, ControlPlane, kubectl_program
from .processes import StartError

__all__ = ["CONTEXT", "ControlPlane", "StartError", "kubectl_program"]
