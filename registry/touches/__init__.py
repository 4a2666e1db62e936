"""Devices, the raw log of touches, and presence by worker, site and month. A touch is stored once, for ever."""
