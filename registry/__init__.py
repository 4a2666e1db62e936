"""What the system knows: one folder per noun. A noun uses those above it in the ladder of `.importlinter`."""
