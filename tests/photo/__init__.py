"""Tests of the photo engines."""
