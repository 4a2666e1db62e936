"""Logins: who may get in, with what role. The account belongs to the person (ruling 5)."""
