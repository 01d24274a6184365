"""Images that people send: what is kept of a good one, and what is said of a bad one."""

import io
import os
import struct
import subprocess
import sys
import zlib

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, IptcImagePlugin, PngImagePlugin

from portal import images
from tests.together import together

SECRET = b"43.6108 N 3.8767 E"


def picture(format="PNG", size=(40, 30), mode="RGB", colour=(200, 30, 30), **options):
    """The bytes of a small picture."""
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, format, **options)
    return out.getvalue()


def sent(data, name="photo.png"):
    return SimpleUploadedFile(name, data)


def opened(data):
    return Image.open(io.BytesIO(data))


def refusal(data, **kwargs):
    """The code of the error that a file gives."""
    with pytest.raises(ValidationError) as caught:
        images.reencode(sent(data, **kwargs))
    return caught.value.code


# --- What is kept ---------------------------------------------------------------------------------


@pytest.mark.threat("T19", "drawn anew")
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_picture_becomes_webp_of_its_size(format):
    result = opened(images.reencode(sent(picture(format))))

    assert (result.format, result.size) == ("WEBP", (40, 30))


@pytest.mark.parametrize(
    ("mode", "colour", "format", "kept"),
    [
        ("RGBA", (10, 20, 30, 0), "PNG", "RGBA"),
        ("LA", (10, 0), "PNG", "RGBA"),
        ("L", 128, "PNG", "RGB"),
        ("1", 1, "PNG", "RGB"),
        ("P", 3, "PNG", "RGB"),
        ("I;16", 40_000, "PNG", "RGB"),
        ("CMYK", (0, 255, 255, 0), "JPEG", "RGB"),
    ],
)
def test_every_mode_of_picture_is_kept(mode, colour, format, kept):
    result = opened(images.reencode(sent(picture(format, mode=mode, colour=colour))))

    assert result.mode == kept


def test_sixteen_bits_of_grey_keep_their_grey():
    result = opened(images.reencode(sent(picture(mode="I;16", colour=40_000))))

    assert result.getpixel((5, 5))[0] == pytest.approx(156, abs=3)


def test_large_picture_is_reduced_to_1600_pixels():
    result = opened(images.reencode(sent(picture("JPEG", (3200, 800)))))

    assert result.size == (1600, 400)


@pytest.mark.threat("T18", "upright")
def test_picture_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # a phone held upright

    result = opened(images.reencode(sent(picture("JPEG", (40, 30), exif=exif))))

    assert result.size == (30, 40)


def test_photograph_of_a_telephone_is_kept_without_what_stands_beside_it():
    """Telephones put a second picture behind the first, such as its brightness (MPO)."""
    out = io.BytesIO()
    beside = Image.new("RGB", (40, 30), "blue")
    Image.new("RGB", (40, 30), "red").save(out, "MPO", save_all=True, append_images=[beside])

    result = opened(images.reencode(sent(out.getvalue())))

    assert result.size == (40, 30)
    assert result.getpixel((5, 5))[0] > 200


@pytest.mark.threat("T18", "metadata")
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_metadata_is_lost(format):
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    options = {"exif": exif, "xmp": b"<x>" + SECRET + b"</x>", "icc_profile": b"icc" + SECRET}
    if format == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Author", SECRET.decode())
        options = {"pnginfo": text, "exif": exif}
    data = picture(format, **options)

    result = images.reencode(sent(data))

    assert SECRET in data
    assert SECRET not in result
    assert not opened(result).getexif()
    assert not {"xmp", "icc_profile", "Author"} & set(opened(result).info)


@pytest.mark.threat("T18", "metadata")
def test_what_agencies_write_into_photographs_is_lost():
    """IPTC: the segment in which Photoshop and press agencies keep author, city and caption."""
    record = b"\x1c\x02\x5a" + struct.pack(">H", len(SECRET)) + SECRET
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    segment = b"Photoshop 3.0\0" + block + b"\0" * (len(block) % 2)
    data = picture("JPEG")
    data = data[:2] + b"\xff\xed" + struct.pack(">H", len(segment) + 2) + segment + data[2:]
    assert IptcImagePlugin.getiptcinfo(opened(data)) == {(2, 90): SECRET}

    result = images.reencode(sent(data))

    assert SECRET not in result


@pytest.mark.threat("T19", "drawn anew")
def test_nothing_behind_the_picture_survives():
    polyglot = picture("JPEG") + b"<script>alert(1)</script>PK\x03\x04"

    result = images.reencode(sent(polyglot))

    assert b"script" not in result
    assert b"PK" not in result


# --- What is refused ------------------------------------------------------------------------------


@pytest.mark.threat("T19", "weight")
def test_heavy_file_is_refused(settings):
    settings.IMAGE_MAX_BYTES = 1000

    assert refusal(b"x" * 1001) == "too_heavy"


@pytest.mark.threat("T19", "pixels")
def test_picture_with_too_many_pixels_is_refused_before_it_is_decoded(settings):
    settings.IMAGE_MAX_PIXELS = 1199

    assert refusal(picture(size=(40, 30))) == "too_large"


def bomb(side):
    """A PNG that claims side × side pixels in a few hundred bytes."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.threat("T19", "pixels")
@pytest.mark.parametrize("side", [7_000, 10_000, 60_000])
def test_image_bomb_is_refused(side):
    assert refusal(bomb(side)) == "too_large"


def test_compressed_text_bomb_is_refused():
    text = PngImagePlugin.PngInfo()
    text.add_text("a", "x" * 20_000_000, zip=True)

    assert refusal(picture(pnginfo=text)) == "not_an_image"


def passes(number):
    """A JPEG of 16 × 16 pixels that asks for so many passes over them."""

    def segment(kind, data):
        return bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data

    def codes(of, symbol):
        return segment(0xC4, bytes([of, 1, *[0] * 15, symbol]))

    head = segment(0xDB, b"\0" + b"\1" * 64)
    head += segment(0xC2, struct.pack(">BHHB", 8, 16, 16, 1) + b"\1\x11\0")
    head += codes(0x00, 0x00) + codes(0x10, 0x20)
    first = segment(0xDA, b"\1\1\0\0\0\0") + b"\x0f"
    once_more = segment(0xDA, b"\1\1\0\1\x3f\0") + b"\x1f"
    return b"\xff\xd8" + head + first + once_more * (number - 1) + b"\xff\xd9"


@pytest.mark.threat("T19", "passes")
def test_picture_that_asks_for_endless_work_is_refused():
    assert opened(images.reencode(sent(passes(images.MOST_SCANS)))).size == (16, 16)

    assert refusal(passes(images.MOST_SCANS + 1)) == "not_an_image"


@pytest.mark.threat("T19", "memory")
def test_pictures_are_read_one_at_a_time(monkeypatch):
    draw, reading, most = images._draw_anew, [], []

    def watched(image):
        reading.append(1)
        most.append(len(reading))
        result = draw(image)
        reading.pop()
        return result

    monkeypatch.setattr(images, "_draw_anew", watched)

    results = together(*[lambda: images.reencode(sent(picture(size=(900, 900))))] * 4)

    assert all(isinstance(result, bytes) for result in results)
    assert most == [1, 1, 1, 1]


@pytest.mark.threat("T19", "memory")
def test_the_largest_picture_fits_into_the_memory_of_a_worker():
    """In a process that gets no more than 1 GB, threads and libraries included."""
    script = (
        "import resource, sys\n"
        "from PIL import Image\n"
        "from portal import images\n"
        "Image.init()\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (10**9, 10**9))\n"
        "with Image.open(sys.stdin.buffer, formats=images.FORMATS) as image:\n"
        "    assert image.size == (6324, 6324)\n"
        "    images._draw_anew(image)\n"
    )
    # Sixteen bits of grey take the most room on their way to eight.
    rows = zlib.compress((b"\0" + b"\x80" * 2 * 6324) * 6324, 1)
    header = struct.pack(">IIBBBBB", 6324, 6324, 16, 0, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )

    done = subprocess.run(
        [sys.executable, "-c", script],
        input=b"\x89PNG\r\n\x1a\n" + chunks,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.threat("T19", "frames")
@pytest.mark.parametrize("format", ["WEBP", "PNG"])
def test_moving_picture_is_refused(format):
    frames = [Image.new("RGB", (9, 9), (n * 60, 0, 0)) for n in range(3)]
    out = io.BytesIO()
    frames[0].save(out, format, save_all=True, append_images=frames[1:], duration=100)

    assert refusal(out.getvalue()) == "animated"


@pytest.mark.threat("T19", "formats")
@pytest.mark.parametrize(
    "data",
    [
        b"not an image",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\x89PNG\r\n\x1a\n" + b"\0" * 50,
        picture("GIF"),
        picture("TIFF"),
        picture("BMP"),
        picture("JPEG")[:200],
        picture("PNG")[:60],
    ],
    ids=["text", "svg", "postscript", "broken", "gif", "tiff", "bmp", "short jpeg", "short png"],
)
def test_what_is_no_jpeg_png_or_webp_is_refused_whatever_its_name(data):
    assert refusal(data, name="photo.jpg") == "not_an_image"


@pytest.mark.threat("T19", "drawn anew")
@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([picture("JPEG"), picture("PNG"), picture("WEBP")]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_damaged_file_is_kept_clean_or_refused(data, damage):
    damaged = bytearray(data)
    for place, value in damage:
        damaged[place % len(damaged)] = value

    try:
        result = images.reencode(sent(bytes(damaged)))
    except ValidationError as error:
        assert error.code in {"not_an_image", "too_large", "animated"}
    else:
        assert opened(result).format == "WEBP"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_refusal_says_the_limit(language, settings):
    settings.IMAGE_MAX_BYTES = 8 * 1024 * 1024

    with override(language), pytest.raises(ValidationError) as caught:
        images.reencode(sent(b"x" * (8 * 1024 * 1024 + 1)))
        assert "8" in caught.value.messages[0]


# --- A file that does not end ---------------------------------------------------------------------


def handled(data, chunk=1000):
    """What the upload handler makes of a file that comes in pieces."""
    handler = images.CappedUpload()
    handler.new_file("logo", "logo.png", "image/png", len(data), None)
    for start in range(0, len(data), chunk):
        handler.receive_data_chunk(data[start : start + chunk], start)
    with handler.file_complete(len(data)) as file:
        return file.size, file.read()


def test_file_of_allowed_weight_is_kept(settings):
    settings.IMAGE_MAX_BYTES = 5000

    assert handled(b"x" * 5000) == (5000, b"x" * 5000)


@pytest.mark.threat("T19", "weight")
def test_heavier_file_is_dropped_and_tells_its_weight(settings):
    settings.IMAGE_MAX_BYTES = 5000

    size, kept = handled(b"x" * 60_000)

    assert size == 60_000
    assert len(kept) <= 5000
