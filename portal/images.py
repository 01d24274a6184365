"""Images that people send: measured before they are decoded, then drawn anew.

What is kept is our own encoding of the pixels, so that neither metadata (places, phones, serial
numbers) nor anything hidden behind the picture survives.
"""

import io
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_SIDE = 1600

TOO_HEAVY = _("This image weighs more than %(limit)s MB: send a lighter one.")
NOT_AN_IMAGE = _("This file is not an image we can read: send a JPEG, PNG or WebP file.")
TOO_LARGE = _("This image has too many pixels: reduce it to %(side)s pixels a side.")
ANIMATED = _("This image moves: send one that does not.")


def reencode(file: UploadedFile) -> bytes:
    """The picture in `file` as a WebP of at most 1600 pixels a side, upright, without metadata.

    Raises ValidationError for what is too heavy, too large, animated, or no JPEG, PNG or WebP. The
    header is read before any pixel is decoded.
    """
    if (file.size or 0) > settings.IMAGE_MAX_BYTES:
        limit = settings.IMAGE_MAX_BYTES // (1024 * 1024)
        raise ValidationError(TOO_HEAVY, params={"limit": limit}, code="too_heavy")
    try:
        with Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > settings.IMAGE_MAX_PIXELS:
                raise ValidationError(TOO_LARGE, params={"side": LARGEST_SIDE}, code="too_large")
            if getattr(image, "n_frames", 1) > 1:
                raise ValidationError(ANIMATED, code="animated")
            return _draw_anew(image)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(NOT_AN_IMAGE, code="not_an_image") from error


def _draw_anew(image: Image.Image) -> bytes:
    image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    upright = ImageOps.exif_transpose(image)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    pixels = upright.convert("RGBA" if has_alpha else "RGB")
    clean = Image.new(pixels.mode, pixels.size)
    clean.paste(pixels)
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=85, method=4)
    return out.getvalue()


class ImageUploadField(forms.FileField):
    """An upload that becomes the bytes of a clean WebP, or None when nothing was sent."""

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        file = super().clean(data, initial)
        return reencode(file) if isinstance(file, UploadedFile) else None
