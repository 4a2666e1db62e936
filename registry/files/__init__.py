"""Stored files: pictures first. A file belongs to one row of a noun below, which alone hands it out; no door reads here.

They stand in the database, so that a file and the row that owns it come and go in one transaction, survive the same
crash and lie in the same backup; a face of 294 × 378 pixels is smaller than many a page.
"""
