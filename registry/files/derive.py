"""A portrait out of whatever picture a phone made. Run as a child process, with limits: `python -m registry.files.derive`.

What is sent in may be made to break a decoder, so no process of the server ever decodes it.
"""

import resource
import sys
from io import BytesIO

import pi_heif
from PIL import Image, ImageOps

from registry.files.states import DECODING_MEMORY, DECODING_SECONDS, MOST_BYTES, MOST_PIXELS, PORTRAIT, Fault

_FORMATS = ("JPEG", "PNG", "HEIF")
_QUALITY = 90
_EYES = (0.5, 0.4)  # a picture that is too high loses more at the bottom than above the head


class PictureError(Exception):
    """A picture that can be read and yet not be used."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.name)
        self.fault = fault


def portrait(picture: bytes) -> bytes:
    """A picture as a portrait of 294 × 378 pixels: upright, cut to shape, in JPEG, without EXIF or anything else of before.

    Raises `PictureError`, or whatever the decoder raises at what is no picture.
    """
    pi_heif.options.DECODE_THREADS = 1
    pi_heif.register_heif_opener()
    with Image.open(BytesIO(picture), formats=_FORMATS) as image:
        if image.width * image.height > MOST_PIXELS:
            raise PictureError(Fault.TOO_MANY_PIXELS)
        image.draft("RGB", (2 * max(PORTRAIT), 2 * max(PORTRAIT)))  # a large JPEG is read at a fraction of its size
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    if upright.width < PORTRAIT[0] or upright.height < PORTRAIT[1]:
        raise PictureError(Fault.TOO_SMALL)
    cut = ImageOps.fit(upright, PORTRAIT, Image.Resampling.LANCZOS, centering=_EYES)
    clean = Image.new("RGB", PORTRAIT, "white")
    clean.paste(cut, mask=cut)
    target = BytesIO()
    clean.save(target, "JPEG", quality=_QUALITY, optimize=True)
    return target.getvalue()


def main() -> int:
    """Read a picture from standard input, write the portrait to standard output. Returns the exit status."""
    resource.setrlimit(resource.RLIMIT_AS, (DECODING_MEMORY, DECODING_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (DECODING_SECONDS, DECODING_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        sys.stdout.buffer.write(portrait(sys.stdin.buffer.read(MOST_BYTES)))
    except PictureError as error:
        return error.fault
    return 0


if __name__ == "__main__":
    sys.exit(main())
