"""Papers: a queue of documents that people asked for, made as PDF beside the server, kept for 30 days.

A paper is made with the rights that its asker has when it is made, from the same rows as the pages; only the asker
gets it, and only while the right lasts.
"""
