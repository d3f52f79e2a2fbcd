"""Logs to standard output and to a file that may be full without harm."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import sys
import time
from pathlib import Path

FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(message)s"
TIME = "%Y-%m-%dT%H:%M:%S"


def configure(file: Path, debug: bool = False) -> None:
    """Send all logs to standard output and to `file`, which is kept under 2 MiB with its copy."""
    formatter = logging.Formatter(FORMAT, TIME)
    formatter.converter = time.gmtime
    output = logging.StreamHandler(sys.stdout)
    handlers: list[logging.Handler] = [output, FileHandler(file, output)]
    for handler in handlers:
        handler.setFormatter(formatter)
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.INFO, handlers=handlers, force=True
    )
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)


class FileHandler(logging.handlers.RotatingFileHandler):
    """A log file; when it can't be written, `output` is told once until it can be again."""

    def __init__(self, file: Path, output: logging.Handler) -> None:
        super().__init__(file, maxBytes=2**20, backupCount=1, encoding="utf-8", delay=True)
        self._output = output
        self._failing = False
        self._error: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record, and note a failure or a recovery."""
        self._error = None
        super().emit(record)
        if self._failing == (self._error is not None):
            return
        self._failing = not self._failing
        if self._failing:
            self._say(logging.WARNING, f"{self.baseFilename} can't be written: {self._error}")
        else:
            self._say(logging.INFO, f"{self.baseFilename} can be written again")

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop what is buffered, so that the next record tries the file afresh."""
        self._error = sys.exc_info()[1]
        stream, self.stream = self.stream, None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()

    def _say(self, level: int, message: str) -> None:
        self._output.handle(logging.LogRecord("logs", level, __file__, 0, message, None, None))
