"""Firms: their core data, their users. A firm's first user is its owner, whose login is the business ID (ruling 1)."""
