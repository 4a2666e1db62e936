"""Writes of workers: `registration`, and their `links` with firms."""
