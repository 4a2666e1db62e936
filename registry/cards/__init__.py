"""Cards: branch 01, 02 … of a worker ID, valid until a birthday, stopped when lost. A worker has one usable card."""
