"""A web server on this computer that can do what servers and networks do wrong."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Request:
    """What a client asked for, and how many bytes of the body it was sent."""

    path: str
    range: str | None
    if_range: str | None
    sent: int = 0


@dataclass
class FileServer:
    """Serves `files`, and misbehaves as the other attributes say."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    etag: str | None = '"one"'
    knows_ranges: bool = True
    announces_length: bool = True
    cut_after: list[int] = field(default_factory=list)
    """For the next requests in turn: close the connection after so many bytes."""
    answers: list[int] = field(default_factory=list)
    """For the next requests in turn: answer with this status and no file."""
    stall_after: int | None = None
    """Send so many bytes, then nothing more until `go_on` is set."""
    go_on: threading.Event = field(default_factory=threading.Event)
    stalled: threading.Event = field(default_factory=threading.Event)
    requests: list[Request] = field(default_factory=list)

    def url(self, name: str = "") -> str:
        return f"http://127.0.0.1:{self.port}/{name}"

    @property
    def sent(self) -> int:
        return sum(request.sent for request in self.requests)


@contextmanager
def serve() -> Iterator[FileServer]:
    """Run a server on a free port for the time of the block."""
    state = FileServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            request = Request(self.path, self.headers["Range"], self.headers["If-Range"])
            state.requests.append(request)
            self.close_connection = True
            content = state.files.get(self.path.lstrip("/"))
            if state.answers or content is None:
                self.send_response(state.answers.pop(0) if state.answers else 404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            start = 0
            same = request.if_range in (None, state.etag)
            if request.range and state.knows_ranges and same:
                start = int(request.range.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content) > 0:
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            if state.announces_length:
                self.send_header("Content-Length", str(len(content) - start))
            else:
                self.send_header("Connection", "close")
            if state.etag:
                self.send_header("ETag", state.etag)
            self.end_headers()
            self._send(content[start:], request)

        def _send(self, body: bytes, request: Request) -> None:
            end = state.cut_after.pop(0) if state.cut_after else len(body)
            try:
                for at in range(0, min(end, len(body)), 1 << 12):
                    piece = body[at : min(at + (1 << 12), end)]
                    self.wfile.write(piece)
                    self.wfile.flush()
                    request.sent += len(piece)
                    if state.stall_after is not None and request.sent >= state.stall_after:
                        state.stalled.set()
                        state.go_on.wait(30)
            except OSError:
                pass  # the client has gone, which some tests want

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        state.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()
