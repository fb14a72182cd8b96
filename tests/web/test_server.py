"""`bme-med ui`: a server of a few files on loopback, and nothing more."""

import http.client
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from bme_med.core import UsageError
from bme_med.web.server import ADDRESS, SiteServer

POLICY = "default-src 'none'; script-src 'self'"
FILES = {
    "index.html": "<!doctype html>",
    "policy.txt": f"{POLICY}\n",
    "assets/a.js": "1",
    "assets/b.wasm": "\0asm",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site, with a secret beside it."""
    folder = tmp_path / "site"
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "secret.txt").write_text("Quillfeather")
    return folder


@pytest.fixture
def server(site: Path) -> Iterator[SiteServer]:
    with SiteServer(site, 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def ask(server: SiteServer, method: str, path: str, host: str = "") -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(ADDRESS, server.server_port, timeout=10)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host or f"{ADDRESS}:{server.server_port}")
    connection.endheaders()
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response, data


@pytest.mark.parametrize(
    ("path", "type_"),
    [
        ("/", "text/html"),
        ("/index.html?lang=en", "text/html"),
        ("/assets/a.js", "text/javascript"),
        ("/assets/b.wasm", "application/wasm"),
    ],
)
def test_files_come_with_their_type_and_the_policy(server: SiteServer, path: str, type_: str) -> None:
    response, data = ask(server, "GET", path)
    assert response.status == 200
    assert data == FILES[path.partition("?")[0].strip("/") or "index.html"].encode()
    assert response.headers["Content-Type"].partition(";")[0] == type_
    assert response.headers["Content-Security-Policy"] == POLICY
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_head_gives_no_body(server: SiteServer) -> None:
    response, data = ask(server, "HEAD", "/assets/a.js")
    assert (response.status, response.headers["Content-Length"], data) == (200, "1", b"")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_sent(server: SiteServer, method: str) -> None:
    response, _ = ask(server, method, "/")
    assert (response.status, response.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "[::1]:80"])
def test_another_host_is_refused(server: SiteServer, host: str) -> None:
    response, data = ask(server, "GET", "/", host)
    assert response.status == 421
    assert b"doctype" not in data


def test_a_request_without_a_host_or_with_two_is_refused(server: SiteServer) -> None:
    for hosts in ("", f"Host: {ADDRESS}:{server.server_port}\r\nHost: evil.example\r\n"):
        with socket.create_connection((ADDRESS, server.server_port), timeout=10) as connection:
            connection.sendall(f"GET / HTTP/1.0\r\n{hosts}\r\n".encode())
            assert b" 421 " in connection.makefile("rb").readline()


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/..\\secret.txt",
        "/assets",
        "/assets/",
        "secret.txt",
    ],
)
def test_no_path_leaves_the_site(server: SiteServer, path: str) -> None:
    response, data = ask(server, "GET", path)
    assert response.status == 404
    assert b"Quillfeather" not in data


def test_it_listens_on_loopback_alone(server: SiteServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_a_taken_port_is_a_sentence(server: SiteServer, site: Path) -> None:
    with pytest.raises(UsageError, match="give another --port"):
        SiteServer(site, server.server_port)


def test_a_checkout_without_the_site_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="make ui"):
        SiteServer(tmp_path, 0)


def serve(site: Path, before: str = "pass") -> tuple["subprocess.Popen[str]", http.client.HTTPConnection]:
    """`bme-med ui` of `site`, with the line `before` run first, and a connection to it."""
    program = (
        "import os, signal, sys; from pathlib import Path; from bme_med.web import server; "
        f"server.SITE = Path({str(site)!r}); from bme_med.cli import main; {before}; "
        "sys.argv[1:] = ['ui', '--no-browser', '--port', '0']; main()"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    line = process.stdout.readline()
    port = int(line.partition("127.0.0.1:")[2].partition("/")[0])
    return process, http.client.HTTPConnection(ADDRESS, port, timeout=10)


def test_the_command_serves_until_it_is_interrupted(site: Path) -> None:
    process, connection = serve(site)
    connection.request("GET", "/")
    assert connection.getresponse().status == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0


def test_an_interrupt_amid_a_request_ends_the_command_too(site: Path) -> None:
    signalled = "server.SiteServer.process_request = lambda *_: os.kill(os.getpid(), signal.SIGINT)"
    process, connection = serve(site, signalled)
    connection.connect()
    assert process.wait(timeout=20) == 0
