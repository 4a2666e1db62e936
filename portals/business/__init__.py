"""Pages of the business portal."""
