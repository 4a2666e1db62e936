"""Addresses for machines. They never look at cookies."""
