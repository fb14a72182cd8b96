"""What a person sees of a file: its parts, for the tables of ``inspect``."""

from dataclasses import dataclass

__all__ = ["Part"]


@dataclass(frozen=True, slots=True)
class Part:
    """One attribute, marker segment or chunk.

    `where` is written as in `bme_med.core.plan.Action`, so that a part and what was decided about it meet.
    `value` is shown on the user's own screen only and never reaches a log, an audit or an error.
    """

    where: str
    value: str
