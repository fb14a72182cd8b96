"""Processes that share work: for runs, and for the check of their outputs.

This room knows nothing of files or formats, so that runs and the check may use it and still share no parsing.
"""

from bme_med.workers.pool import available_cpus, chunked, ordered

__all__ = ["available_cpus", "chunked", "ordered"]
