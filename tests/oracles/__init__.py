"""Judges of the output beside `bme_med.verify`, and what they judge. None shares code with an engine."""
