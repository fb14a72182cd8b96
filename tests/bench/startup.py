"""How long ``bme-med --help`` takes against a Python that does nothing: ``python -m tests.bench.startup``."""

import sys

from tests.bench.timing import Command, bme_med, measure, table

__all__ = ["main"]

ROUNDS = 20


def main() -> None:
    """Measure, and print a table."""
    commands = {
        "bme-med --help": Command([bme_med(), "--help"]),
        "python -c pass": Command([sys.executable, "-c", "pass"]),
    }
    print(table("start", measure(commands, ROUNDS)))


if __name__ == "__main__":
    main()
