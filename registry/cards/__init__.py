"""Cards: branch 01, 02 … of a worker ID, valid until a birthday, stopped when lost. A replaced one works until the next is at hand."""
