"""Kinds of papers: what stands on each sheet."""
