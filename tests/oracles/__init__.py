"""Judges of the output. They share nothing with the engines that they judge."""
