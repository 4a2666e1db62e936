"""Persons: who they are, whom they work for, what they can do. One ID for life.

The links between worker and firm are rows `[from_on, until_on)`: closed and written anew, never overwritten.
"""
