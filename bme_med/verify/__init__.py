"""The independent check of outputs. It shares no parsing with the engines that it judges."""
