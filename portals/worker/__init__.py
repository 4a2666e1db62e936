"""Pages of the worker portal."""
