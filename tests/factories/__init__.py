"""Situations by name, made by the real operations."""
