"""What was done by whom, and who read what. Rows are only ever added; the database role `app` cannot change them."""
