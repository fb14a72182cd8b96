"""Tests, folder for folder as the package."""
