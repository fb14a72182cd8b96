"""Somebody who listens beside the page, and every way to reach them that a page could try."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["CHANNELS", "WORKER_CHANNELS", "Canary", "listening"]


class Canary:
    """Counts messages, and connections even if nothing comes over them."""

    def __init__(self, tcp: socket.socket, udp: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{tcp.getsockname()[1]}/"
        self.udp = udp.getsockname()[1]
        self.heard = 0
        self.connections = 0


@contextmanager
def listening() -> Iterator[Canary]:
    """One on free ports of the loopback."""
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    canary = Canary(tcp, udp)

    def connections() -> None:
        while True:
            try:
                connection, _ = tcp.accept()
            except OSError:
                return
            canary.connections += 1
            connection.settimeout(1)
            try:
                canary.heard += bool(connection.recv(4096))
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n"
                )
            except OSError:
                pass
            connection.close()

    def datagrams() -> None:
        while True:
            try:
                udp.recv(4096)
            except OSError:
                return
            canary.heard += 1

    threads = [threading.Thread(target=work, daemon=True) for work in (connections, datagrams)]
    for thread in threads:
        thread.start()
    try:
        yield canary
    finally:
        tcp.close()
        udp.close()


def _element(tag: str, **attributes: str) -> str:
    """Puts an element into the page."""
    given = "".join(f"one.setAttribute({name!r}, {value});" for name, value in attributes.items())
    return f"const one = document.createElement({tag!r}); {given} document.body.append(one);"


CHANNELS = {
    "fetch": "await fetch(url + 'fetch')",
    "fetch without CORS": "await fetch(url + 'post', { method: 'POST', mode: 'no-cors', body: 'x' })",
    "XMLHttpRequest": "const one = new XMLHttpRequest(); one.open('GET', url); one.send()",
    "sendBeacon": "navigator.sendBeacon(url, 'x')",
    "image": _element("img", src="url"),
    "style sheet": _element("link", rel="'stylesheet'", href="url"),
    "prefetch": _element("link", rel="'prefetch'", href="url"),
    "script": _element("script", src="url"),
    "dynamic import": "await import(url)",
    "frame": _element("iframe", src="url"),
    "object": _element("object", data="url", type="'text/html'"),
    "embed": _element("embed", src="url", type="'text/html'"),
    "video": _element("video", src="url", preload="'auto'"),
    "font": "await new FontFace('a', `url(${url})`).load()",
    "picture of a style": "document.body.style.backgroundImage = `url(${url})`",
    "form": _element("form", action="url") + "one.submit()",
    "ping of a link": _element("a", href="'#ping'", ping="url") + "one.click()",
    "download": _element("a", href="url", download="'x'") + "one.click()",
    "WebSocket": "new WebSocket(url.replace('http', 'ws'))",
    "EventSource": "new EventSource(url)",
    "WebRTC": "const one = new RTCPeerConnection({ iceServers: [{ urls: `stun:127.0.0.1:${udp}` }] });"
    "one.createDataChannel('x'); await one.setLocalDescription(await one.createOffer())",
    "WebTransport": "await new WebTransport(`https://127.0.0.1:${udp}/`).ready",
    "window": "window.open(url)",
    "window of a link": _element("a", href="url", target="'_blank'") + "one.click()",
    "window of a link outside the page": "const one = document.createElement('a'); one.href = url;"
    "one.target = '_blank'; one.click()",
    "window of a link in a drawing": "const drawing = 'http://www.w3.org/2000/svg';"
    "const one = document.createElementNS(drawing, 'a');"
    "one.setAttribute('href', url); one.setAttribute('target', '_blank'); document.body.append(one);"
    "one.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }))",
    "window of a form": _element("form", action="url", target="'_blank'") + "one.submit()",
    "refresh": _element("meta", content="`0;url=${url}`") + "one.httpEquiv = 'refresh'",
    "frame of the same address": _element("iframe", srcdoc="`<img src=${url}>`"),
    "navigation": "location.href = url",
    "navigation of a link": _element("a", href="url") + "one.click()",
}
"""In the page, with `url` and `udp` of the canary."""

WORKER_CHANNELS = {
    "fetch": CHANNELS["fetch"],
    "fetch without CORS": CHANNELS["fetch without CORS"],
    "XMLHttpRequest": CHANNELS["XMLHttpRequest"],
    "WebSocket": CHANNELS["WebSocket"],
    "EventSource": CHANNELS["EventSource"],
    "script": "importScripts(url)",
    "worker": "new Worker(url)",
    "WebTransport": CHANNELS["WebTransport"],
}
"""In a worker, where Python runs."""
