"""The feed of facts that upper nouns follow: what changed for whom from which day. Rows are only ever added."""
