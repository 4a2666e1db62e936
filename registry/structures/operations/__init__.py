"""Writes of structures: firms in `tenures`, their people in `rosters`."""
