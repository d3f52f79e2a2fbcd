"""Puts the stand-in together and runs it."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time

from reference.common.settings import load
from reference.common.stopping import on_signal
from reference.grafana.check import Checker
from reference.grafana.server import Server
from reference.grafana.settings import Settings, read
from reference.grafana.store import Store

log = logging.getLogger(__name__)


def run() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = load(Settings, read(os.environ, sys.argv[1:]))
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(
        stream=sys.stdout,
        level=logging.INFO,
        format="%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s",
        datefmt="%Y-%m-%dT%H:%M:%S",
    )
    checker = Checker(settings.provisioning, os.environ)
    server = Server(settings, checker, Store(settings.data))
    stopping = on_signal()
    checker.start()
    threading.Thread(target=server.serve_forever, name="http", daemon=True).start()
    log.info("listening on %s:%d", *server.server_address[:2])
    stopping.wait()
    checker.stop()
    server.shutdown()
    server.server_close()
    log.info("stopped")
