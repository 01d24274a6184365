"""Images for tests: such as nothing makes light, and such as lie where those of published objects do."""

import io
import random

from PIL import Image

from portal import renditions, storage


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    """A picture of nothing but noise, which weighs more than any photograph; always the same."""
    data = random.Random(1).randbytes(size[0] * size[1] * len(mode))
    return Image.frombytes(mode, size, data)


def webp(image: Image.Image) -> bytes:
    """As a picture that was sent is kept."""
    out = io.BytesIO()
    image.save(out, "WEBP", quality=85)
    return out.getvalue()


def public_image(name: str, data: bytes) -> str:
    """Keep an image and make it public with its smaller copies; returns its name."""
    held = storage.hold(name, data)
    with storage.held_storage().open(held) as file:
        storage.show(held, renditions.draw(file))
    return held
