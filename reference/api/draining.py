"""An HTTP protocol for uvicorn that lets go of keep-alive connections politely.

At SIGTERM uvicorn closes every connection that rests. A client that sends its next request at that
very moment finds it reset. Here a resting connection may bring one more request, whose answer says
`Connection: close`; it is closed by the server only where none comes for a while.

Used as `uvicorn --http reference.api.draining:DrainingProtocol`.
"""

from __future__ import annotations

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

WAIT_SECONDS = 5.0


class DrainingProtocol(HttpToolsProtocol):
    """uvicorn's protocol with another end."""

    _draining = False

    def shutdown(self) -> None:
        """Ask the connection to end."""
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete:
            self._draining = True
            self.loop.call_later(WAIT_SECONDS, super().shutdown)
        else:
            super().shutdown()

    def on_headers_complete(self) -> None:
        """Take a request; while draining it is the last of its connection."""
        super().on_headers_complete()
        if self._draining:
            self.cycle.keep_alive = False
