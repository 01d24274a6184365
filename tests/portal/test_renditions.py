"""The smaller copies of images: how large, how heavy, and what a page finds of them."""

import io

import pytest
from PIL import Image

from portal import renditions, storage
from tests.images import noise, public_image, webp


def drawn(image):
    """The copies of an image, opened, by size."""
    copies = renditions.draw(io.BytesIO(webp(image)))
    return {size: Image.open(io.BytesIO(data)) for size, data in copies.items()}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1600, 1200), {"tile": (168, 126), "480": (480, 360), "800": (800, 600)}),
        ((900, 1600), {"tile": (108, 192), "480": (480, 853), "800": (800, 1422)}),
        ((600, 300), {"tile": (168, 84), "480": (480, 240), "800": (600, 300)}),
        ((60, 40), {"tile": (60, 40), "480": (60, 40), "800": (60, 40)}),
        ((1600, 1), {"tile": (168, 1), "480": (480, 1), "800": (800, 1)}),
    ],
)
def test_copy_fits_its_size_and_is_never_larger_than_its_image(size, expected):
    copies = drawn(Image.new("RGB", size, "red"))

    assert {name: copy.size for name, copy in copies.items()} == expected
    assert {copy.format for copy in copies.values()} == {"WEBP"}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("size", [(1600, 1200), (900, 1600)])
def test_copy_keeps_to_its_weight_whatever_is_on_it(size, mode):
    copies = renditions.draw(io.BytesIO(webp(noise(size, mode))))

    heavy = {
        name: len(data)
        for name, data in copies.items()
        if len(data) > renditions.SIZES[name].most_bytes
    }
    assert heavy == {}
    assert all(Image.open(io.BytesIO(data)).mode == mode for data in copies.values())


@pytest.mark.threat("T18", "sizes")
def test_copies_carry_nothing_but_what_is_seen():
    exif = Image.Exif()
    exif[0x010E] = "zqplacezq"
    out = io.BytesIO()
    Image.new("RGB", (900, 600), "red").save(out, "WEBP", exif=exif, xmp=b"<x>zqplacezq</x>")
    assert b"zqplacezq" in out.getvalue()

    copies = renditions.draw(io.BytesIO(out.getvalue()))

    assert len(copies) == len(renditions.SIZES)
    assert not any(b"zqplacezq" in data for data in copies.values())


def test_copies_are_shown_narrowest_first_and_none_twice():
    large = public_image("7/large.webp", webp(Image.new("RGB", (1600, 1200), "red")))
    small = public_image("7/small.webp", webp(Image.new("RGB", (300, 200), "red")))

    found = {name: renditions.shown(name, "800", "480") for name in (large, small)}

    assert [(copy.url, copy.width, copy.height) for copy in found[large]] == [
        (f"/media/{renditions.name_of(large, '480')}", 480, 360),
        (f"/media/{renditions.name_of(large, '800')}", 800, 600),
    ]
    assert [copy.width for copy in found[small]] == [300]


def test_nothing_is_shown_of_what_is_not_public():
    held = storage.hold("7/held.webp", webp(noise((40, 30))))

    assert renditions.shown(held, *renditions.SIZES) == []
    assert not renditions.are_there(held)


@pytest.mark.parametrize("data", [b"", b"no image", b"GIF89a" + b"\0" * 40])
def test_what_is_no_image_of_ours_has_no_copies(data):
    with pytest.raises(OSError):
        renditions.draw(io.BytesIO(data))
