"""Shows the built page on loopback, with the standard library alone.

It answers GET and HEAD for the files of the site and nothing else: there is no upload and no API. What page
it gives cannot be chosen by a path, because every answer is looked up in a list made when the server starts.
A request under another host's name is refused (421, RFC 9110, 15.5.20), so that no foreign page that had its
own name point here can read it.
"""

import sys
from collections.abc import Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bme_med.core import UsageError

__all__ = ["ADDRESS", "SITE", "SiteServer"]

ADDRESS = "127.0.0.1"
SITE = Path(__file__).parent / "site"

_INDEX = "index.html"
_POLICY = "policy.txt"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".zip": "application/zip",
}
"""Said here, because what a system knows of types differs and can be wrong."""


class SiteServer(ThreadingHTTPServer):
    """A server of the files in `site`, on 127.0.0.1 alone; `port` 0 takes any that is free.

    Raises
    ------
    UsageError
        If the site is not built, or the port is taken.
    """

    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it would share the port with another program

    def __init__(self, site: Path, port: int) -> None:
        self.files = _files(site)
        self.headers = _headers((site / _POLICY).read_text(encoding="utf-8").strip())
        try:
            super().__init__((ADDRESS, port), _Handler)
        except (OSError, OverflowError):
            raise UsageError(
                f"port {port} cannot be used, perhaps because `bme-med ui` runs already: give another --port"
            ) from None
        self.hosts = frozenset(f"{host}:{self.server_port}" for host in (ADDRESS, "localhost"))

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{ADDRESS}:{self.server_port}/"


def _files(site: Path) -> Mapping[str, Path]:
    """Files by the path of a request."""
    if not (site / _INDEX).is_file() or not (site / _POLICY).is_file():
        raise UsageError(
            "the browser edition is not built in this checkout: run `make ui`, which needs Node and npm, or "
            "install a release, which carries it"
        )
    files = {f"/{path.relative_to(site).as_posix()}": path for path in site.rglob("*") if path.is_file()}
    return {"/": site / _INDEX, **files}


def _headers(policy: str) -> Mapping[str, str]:
    return {
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-cache",
    }


class _Handler(BaseHTTPRequestHandler):
    server: SiteServer
    server_version = "bme-med"
    sys_version = ""
    timeout = 30

    def do_GET(self) -> None:
        """Answer with a file of the site."""
        self._answer(has_body=True)

    def do_HEAD(self) -> None:
        """Answer as to GET, without the file."""
        self._answer(has_body=False)

    def _not_allowed(self) -> None:
        self._say(HTTPStatus.METHOD_NOT_ALLOWED, b"only GET and HEAD\n", has_body=True)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_CONNECT = do_TRACE = _not_allowed  # noqa: N815

    def _answer(self, *, has_body: bool) -> None:
        path = self.server.files.get(self.path.partition("?")[0])
        if self.headers.get_all("Host", []) not in ([host] for host in self.server.hosts):
            self._say(HTTPStatus.MISDIRECTED_REQUEST, b"this server has another name\n", has_body=has_body)
        elif path is None:
            self._say(HTTPStatus.NOT_FOUND, b"there is no such file\n", has_body=has_body)
        else:
            type_ = _TYPES.get(path.suffix, "application/octet-stream")
            self._say(HTTPStatus.OK, path.read_bytes(), type_, has_body=has_body)

    def _say(self, status: HTTPStatus, data: bytes, type_: str = _TYPES[".txt"], *, has_body: bool) -> None:
        self.send_response(status)
        if status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if has_body:
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing: a log is of no use to the user."""
