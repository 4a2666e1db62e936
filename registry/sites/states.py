"""Fixed figures of sites."""

from datetime import time

DAY_BOUNDARY = time(4, 0)  # ruling 27
LATEST_BOUNDARY = time(12, 0)
