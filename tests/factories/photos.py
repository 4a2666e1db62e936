"""Pictures, drawn: none shows anybody."""

from io import BytesIO
from typing import Any

from PIL import Image

from commands.world.faces import draw_face
from registry.workers.operations.photos import keep_photo
from tests.factories.cast import NOW, OFFICE


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (600, 800), **saved: Any) -> bytes:
    """A picture of a size and kind: its upper half is red, its lower half blue."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0], size[1] // 2))
    target = BytesIO()
    image.save(target, kind, **saved)
    return target.getvalue()


def a_kept_photo(at: Any = NOW) -> str:
    """A photo that the office has sent in; its key."""
    return keep_photo(draw_face(1), by=OFFICE, at=at).key
