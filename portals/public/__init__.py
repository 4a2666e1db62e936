"""Pages for everybody: the three doors, log-in, the steps of the first log-in."""
