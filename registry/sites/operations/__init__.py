"""Writes of sites."""
