"""QR codes as pictures within a page."""

from portals.base.qr import qr_picture


def test_the_picture_has_a_title_that_cannot_break_out_of_it() -> None:
    drawn = qr_picture("12345678901821-01", "<b>カード")
    assert drawn.startswith("<svg")
    assert "<title>&lt;b&gt;カード</title>" in drawn
    assert 'class="ds-qr"' in drawn
