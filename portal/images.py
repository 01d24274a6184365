"""Images that people send: measured before they are decoded, then drawn anew.

What is kept is our own encoding of the pixels, so that neither metadata (places, phones, serial
numbers) nor anything hidden behind the picture survives.
"""

import io
import logging
import re
import threading
from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

logger = logging.getLogger(__name__)

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST_SIDE = 1600
# A JPEG asks for each pass over its pixels with a few bytes; no camera or program makes so many.
SCAN = re.compile(rb"\xff\xda\x00[\x08\x0a\x0c\x0e][\x01-\x04]")
MOST_SCANS = 100
# The largest picture takes some 400 MB while it is read: a process reads one at a time.
_reading = threading.Lock()

TOO_HEAVY = _("This image weighs more than %(limit)s MB: send a lighter one.")
NOT_AN_IMAGE = _("This file is not an image we can read: send a JPEG, PNG or WebP file.")
TOO_LARGE = _("This image has too many pixels: reduce it to %(side)s pixels a side.")
ANIMATED = _("This image moves: send one that does not.")


class CappedUpload(TemporaryFileUploadHandler):
    """Keeps no more of a file on disk than an image may weigh.

    The rest is read and dropped. The file tells its true size, for which `reencode` refuses it; the
    other fields of the form are read as ever.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) <= settings.IMAGE_MAX_BYTES:
            super().receive_data_chunk(raw_data, start)


def reencode(file: UploadedFile) -> bytes:
    """The picture in `file` as a WebP of at most 1600 pixels a side, upright, without metadata.

    Raises ValidationError for what is too heavy, too large, animated, or no JPEG, PNG or WebP. The
    header is read before any pixel is decoded. Other threads wait for their turn.
    """
    if (file.size or 0) > settings.IMAGE_MAX_BYTES:
        limit = settings.IMAGE_MAX_BYTES // (1024 * 1024)
        raise ValidationError(TOO_HEAVY, params={"limit": limit}, code="too_heavy")
    try:
        with _reading:
            return _reencode(file)
    except ValidationError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except Exception as error:
        # Decoders meet hostile bytes here and fail in ways of their own: whatever they raise is a
        # file that cannot be read, and never an error of ours.
        logger.info("An image was refused: %r", error)
        raise ValidationError(NOT_AN_IMAGE, code="not_an_image") from error


def _reencode(file: UploadedFile) -> bytes:
    if len(SCAN.findall(file.read())) > MOST_SCANS:
        raise ValidationError(NOT_AN_IMAGE, code="not_an_image")
    with Image.open(file, formats=FORMATS) as image:
        if image.width * image.height > settings.IMAGE_MAX_PIXELS:
            raise _too_large()
        # What telephones keep beside a photograph (MPO) is no other frame of it: the first is shown.
        if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
            raise ValidationError(ANIMATED, code="animated")
        return _draw_anew(image)


def _too_large() -> ValidationError:
    return ValidationError(TOO_LARGE, params={"side": LARGEST_SIDE}, code="too_large")


def _draw_anew(image: Image.Image) -> bytes:
    if image.mode.startswith("I;16"):  # sixteen bits of grey: keep the upper eight
        image = image.convert("I").point(lambda value: value / 256).convert("L")
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
    """An upload that becomes the bytes of a clean WebP, or None when nothing was sent.

    `admit` is asked before the file is read, and raises ValidationError if it must not be.
    """

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"})

    def __init__(self, *, admit: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.admit = admit

    def clean(self, data: Any, initial: Any = None) -> bytes | None:
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        self.admit()
        return reencode(file)
