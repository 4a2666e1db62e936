from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from registry.files.derive import PictureError, portrait
from registry.files.states import PORTRAIT, Fault
from tests.factories.photos import a_picture

SAMPLE_HEIC = Path(__file__).with_name("sample.heic")
TOP, BOTTOM = (147, 20), (147, 358)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def is_red(image: Image.Image, at: tuple[int, int]) -> bool:
    red, _, blue = image.convert("RGB").getpixel(at)  # type: ignore[misc]  # three numbers in RGB
    return bool(red > 200 > blue)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [PORTRAIT, (600, 800), (4000, 3000), (3000, 4000), (294, 5000)])
def test_any_shape_becomes_a_portrait(kind: str, size: tuple[int, int]) -> None:
    image = opened(portrait(a_picture(kind, size)))
    assert (image.format, image.size, image.mode) == ("JPEG", PORTRAIT, "RGB")


def test_a_phones_heic_becomes_a_portrait() -> None:
    image = opened(portrait(SAMPLE_HEIC.read_bytes()))
    assert (image.format, image.size) == ("JPEG", PORTRAIT)
    assert not image.getexif()


def test_orientation_is_applied_and_exif_removed() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 3, "Mihon Camera"  # upside down, maker
    content = portrait(a_picture(exif=exif.tobytes(), comment=b"taken at home"))
    image = opened(content)
    assert not is_red(image, TOP)
    assert is_red(image, BOTTOM)
    assert not image.getexif()
    assert b"Mihon" not in content
    assert b"home" not in content


def test_without_orientation_a_picture_stays_as_it_is() -> None:
    image = opened(portrait(a_picture()))
    assert is_red(image, TOP)
    assert not is_red(image, BOTTOM)


def test_what_shines_through_becomes_white() -> None:
    target = BytesIO()
    Image.new("RGBA", (600, 800), (0, 0, 0, 0)).save(target, "PNG")
    assert opened(portrait(target.getvalue())).getpixel(TOP) == (255, 255, 255)


@pytest.mark.parametrize(
    ("size", "fault"),
    [((293, 800), Fault.TOO_SMALL), ((800, 377), Fault.TOO_SMALL), ((8001, 8000), Fault.TOO_MANY_PIXELS)],
)
def test_too_few_and_too_many_pixels_are_told(size: tuple[int, int], fault: Fault) -> None:
    with pytest.raises(PictureError) as told:
        portrait(a_picture("PNG", size))
    assert told.value.fault is fault


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP", "PDF"])
def test_no_other_format_is_read(kind: str) -> None:
    with pytest.raises(OSError, match="cannot identify"):
        portrait(a_picture(kind))
