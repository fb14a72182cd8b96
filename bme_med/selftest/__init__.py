"""The self-test: tokens planted in copies of the user's own files, and what a profile leaves of them."""

from bme_med.selftest.places import IN_ITEMS
from bme_med.selftest.results import Result
from bme_med.selftest.trying import selftest

__all__ = ["IN_ITEMS", "Result", "selftest"]
