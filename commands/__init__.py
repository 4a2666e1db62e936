"""Commands of `manage.py`, a door like the others."""
