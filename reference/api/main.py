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

# uvicorn has set up its own logs already; they go where ours go.
for name in ("uvicorn", "uvicorn.error"):
    logger = logging.getLogger(name)
    logger.handlers.clear()
    logger.propagate = True

# uvicorn raises SIGTERM once more when it has stopped in good order.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))

app = create(settings)
