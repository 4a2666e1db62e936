"""Pages of the office portal."""
