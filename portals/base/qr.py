"""QR codes as pictures within a page."""

import segno
from django.utils.safestring import SafeString


def qr_picture(text: str, title: str) -> SafeString:
    """A QR code, drawn by the library; it is white around in every theme, for it is held before a camera."""
    code = segno.make(text, error="m", micro=False)
    return SafeString(code.svg_inline(scale=5, border=4, light="#fff", omitsize=True, svgclass="ds-qr", title=title))
