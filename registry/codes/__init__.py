"""Code tables: CSV files loaded into the database. A code is never deleted; one that left the file is closed by a day.

A code that starts with `X` is ours: the official one is not known. So is every `name_en`: English names of the tables that
pages show, translated plainly; papers and letters keep to the Japanese ones. A row without a source is our assumption.
"""
