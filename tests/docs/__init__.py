"""Documentation is held to what the program says."""
