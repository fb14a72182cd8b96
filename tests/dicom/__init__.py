"""Tests of the DICOM engine."""
