"""Who stands how to whom, at a moment; and what that person may therefore read.

Every page that shows a person or a firm reads here: `see_many` writes who looked.
"""
