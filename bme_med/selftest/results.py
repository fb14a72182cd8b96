"""What a self-test found."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Result"]


@dataclass(slots=True)
class Result:
    """Counts of one self-test; they name places and kinds, and no file of the user.

    Attributes
    ----------
    kinds
        Of files that were tried, and how many of each.
    files, planted
        Copies that were written, and tokens in them.
    unplanted
        Places that a copy could not take a token in.
    allowed
        Tokens that were left as the profile allows: by place, and why.
    leaked
        Tokens that were left although the profile does not allow it: by place, and kind of file.
    refused
        What was not written: by kind, with the place where one is the cause, and reason.
    """

    profile: str
    kinds: Counter[str] = field(default_factory=Counter)
    files: int = 0
    planted: int = 0
    unplanted: int = 0
    allowed: Counter[tuple[str, str]] = field(default_factory=Counter)
    leaked: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)

    def refuse(self, what: str, reason: str) -> None:
        """Count something that was not written."""
        self.refused[what, reason] += 1

    @property
    def gone(self) -> int:
        """Tokens that no output holds."""
        return self.planted - self.allowed.total() - self.leaked.total()

    @property
    def exit_code(self) -> int:
        """1 where something was left that must not be, or nothing could be tried."""
        return 0 if self.files and not self.leaked else 1

    def to_json(self) -> dict[str, Any]:
        """One document for scripts."""
        return {
            "profile": self.profile,
            "kinds": dict(self.kinds),
            "files": self.files,
            "planted": self.planted,
            "unplanted": self.unplanted,
            "gone": self.gone,
            "left_though_not_allowed": _rows(self.leaked, "kind"),
            "left_as_allowed": _rows(self.allowed, "why"),
            "refused": [
                {"what": what, "reason": reason, "count": n} for (what, reason), n in self.refused.items()
            ],
        }


def _rows(counts: Counter[tuple[str, str]], name: str) -> list[dict[str, Any]]:
    return [{"place": place, name: other, "count": n} for (place, other), n in counts.items()]
