"""Writes of histories: the `binder` behind the feed of changes, batches (`receiving`), and what people add to days (`claims`)."""
