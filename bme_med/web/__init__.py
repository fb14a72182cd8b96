"""The browser edition: what its workers ask of Python, and the server that shows it on loopback."""

__all__: list[str] = []
