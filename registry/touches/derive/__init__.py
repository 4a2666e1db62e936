"""What follows from touches, without tables."""
