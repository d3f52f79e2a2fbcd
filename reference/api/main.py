"""What `uvicorn api.main:app` starts."""

from __future__ import annotations

import logging
import os
import signal
import sys

from reference.api.application import create
from reference.api.settings import Settings
from reference.common import logs
from reference.common.settings import load

settings = load(Settings, os.environ)
logs.configure(settings.logs / f"api-{settings.instance}.log", settings.debug)

# uvicorn has already set up its own logs: send them where ours go.
for name in ("uvicorn", "uvicorn.error"):
    logger = logging.getLogger(name)
    logger.handlers.clear()
    logger.propagate = True

# uvicorn raises SIGTERM again after it has stopped cleanly.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

app = create(settings)
