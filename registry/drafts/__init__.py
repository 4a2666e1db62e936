"""What somebody has typed into a form and not sent yet.

A draft belongs to one login and one form, is shown to nobody else, and is gone when the form is sent, when it is thrown away,
or after 14 days. Nothing in it is true of anybody: no other noun reads it. Secrets and files are never part of one.
"""
