"""Writes of touches: devices in `devices`, batches in `batches`."""
