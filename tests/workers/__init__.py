"""Tests of the outside world: finding, writing, workers, resume."""
