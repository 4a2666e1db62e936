"""Limits of what is sent in, and how the child process that decodes it says what is wrong."""

from datetime import timedelta
from enum import IntEnum

PORTRAIT = (294, 378)  # pixels of a face photo: width, height
MOST_BYTES = 15 * 1024 * 1024
MOST_PIXELS = 64_000_000  # what phones make, with room
DECODING_SECONDS = 10
DECODING_MEMORY = 1024 * 1024 * 1024
DRAFT_LIFE = timedelta(hours=24)
JPEG = "image/jpeg"


class Fault(IntEnum):
    """Exit statuses of the child; any other one but 0 means that it could not read the picture."""

    TOO_MANY_PIXELS = 10
    TOO_SMALL = 11
