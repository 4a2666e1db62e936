"""Drawn faces for the demonstration: circles and a word, so that nobody takes one for a photo of somebody."""

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

SIZE = (588, 756)
_SKIN = ("#f1d3b5", "#e5b98f", "#d9a679", "#f6dfc8")
_HAIR = ("#2b2523", "#4a3a31", "#6b6b6b", "#1e2430", "#8a8178")
_SHIRT = ("#3b6ea5", "#5b7f4b", "#7a5c8e", "#b0703c", "#46707a", "#8c4b4b", "#55606e")


def draw_face(number: int) -> BytesIO:
    """A made-up face in PNG; the same number draws the same face."""
    image = Image.new("RGB", SIZE, "#cfe0ee")
    draw = ImageDraw.Draw(image)
    skin, hair, shirt = (colours[number % len(colours)] for colours in (_SKIN, _HAIR, _SHIRT))
    draw.ellipse((74, 540, 514, 980), fill=shirt)
    draw.rectangle((249, 470, 339, 590), fill=skin)
    draw.ellipse((134 - number % 3 * 8, 120, 454 + number % 3 * 8, 460), fill=hair)
    draw.ellipse((154, 170, 434, 530), fill=skin)
    for x in (234, 354):
        draw.ellipse((x - 14, 330, x + 14, 358), fill="#20242b")
        draw.line((x - 30, 300 - number % 4 * 4, x + 30, 300), fill=hair, width=9)
    draw.line((294, 360, 284, 410, 300, 410), fill="#7b5a45", width=6)
    draw.arc((244, 400, 344, 460 + number % 5 * 6), 20, 160, fill="#8c3b3b", width=7)
    draw.text((294, 690), "SAMPLE", fill="white", anchor="mm", font=ImageFont.load_default(72))
    target = BytesIO()
    image.save(target, "PNG")
    target.seek(0)
    return target
