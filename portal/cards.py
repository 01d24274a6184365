"""The picture that social networks show of a published object: its title on limestone, over an arcade.

Drawn once, after the commit that published it, in both languages, and kept in the public store. Its
name follows what is written on it, so that nobody keeps an older one; it goes when the object does.
"""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageDraw, ImageFont

from portal import i18n

WIDTH, HEIGHT, MARGIN = 1200, 630, 72
# As in the style sheet (static/portal/css/tokens.css).
PAGE, INK, MUTED, LAGOON = "#F4F6F3", "#10262C", "#4A5C5E", "#0B5A6A"
TITLE_SIZES, TITLE_LINES = (76, 66, 56, 48), 3
MOST_ARCHES = 12
COLOURS = 32
FOLDER = "cards"
FONTS = Path(__file__).parent / "static" / "portal" / "fonts"
DISPLAY, TEXT = (
    "bricolage-grotesque-latin-wght.woff2",
    "atkinson-hyperlegible-next-latin-wght.woff2",
)


class Card(NamedTuple):
    """What is written on a picture: a title, and a line under it."""

    title: str
    line: str


class Pictured(Protocol):
    """An object that has pictures. `card_arches` may ask the database; the texts must not."""

    pk: Any
    version: int

    @property
    def is_published(self) -> bool: ...

    @property
    def card_arches(self) -> int: ...

    def card(self, language: str) -> Card: ...


def name_of(obj: Pictured, language: str) -> str:
    """The name that the picture of `obj` has in the public store."""
    written = "\n".join(obj.card(language))
    mark = hashlib.sha256(written.encode()).hexdigest()[:12]
    return f"{_folder(obj)}/{language}-{mark}.png"


def url_of(obj: Pictured, language: str) -> str:
    """Where the public store gives the picture of `obj`."""
    return default_storage.url(name_of(obj, language))


def _folder(obj: Any) -> str:
    return f"{FOLDER}/{obj._meta.model_name}/{obj.pk}"


# --- Kept in line with what is public ---------------------------------------------------------------


_left: ContextVar[bool] = ContextVar("cards left for later", default=False)


@contextmanager
def left_for_later() -> Iterator[None]:
    """Draw nothing for what is written meanwhile: of thousands, that takes longer than all the rest.

    Whoever asks for this draws them afterwards; at the latest the command `draw_cards` does.
    """
    before = _left.set(True)
    try:
        yield
    finally:
        _left.reset(before)


def settle_on_commit(obj: Any) -> None:
    """Draw the pictures of `obj`, or remove them, after the commit."""
    if _left.get():
        return
    model, key = type(obj), obj.pk
    transaction.on_commit(lambda: settle(model, key), robust=True)


def settle(model: Any, key: int) -> None:
    """Let an object have the pictures of what it says now; none if it is not published.

    They are drawn before the row is locked. If it has moved meanwhile, whoever moved it draws again.
    """
    obj = model._default_manager.get(pk=key)
    cards = {}
    if obj.is_published:
        arches = obj.card_arches
        cards = {
            name_of(obj, language): draw(obj.card(language), arches) for language in i18n.LANGUAGES
        }
    with transaction.atomic():
        locked = model._default_manager.select_for_update(of=("self",)).get(pk=key)
        if locked.version != obj.version:
            return
        for name in _kept(obj):
            default_storage.delete(name)
        for name, data in cards.items():
            default_storage.save(name, ContentFile(data))


def _kept(obj: Any) -> list[str]:
    """The pictures of `obj` in the store."""
    try:
        files = default_storage.listdir(_folder(obj))[1]
    except FileNotFoundError:
        return []
    return [f"{_folder(obj)}/{file}" for file in files]


def lacking(model: Any) -> Iterator[int]:
    """The keys of the published rows of a model that lack a picture."""
    for obj in model._default_manager.published().iterator():
        if not all(default_storage.exists(name_of(obj, language)) for language in i18n.LANGUAGES):
            yield obj.pk


# --- Drawing ----------------------------------------------------------------------------------------


# Each step of one transaction asks for the pictures of the same object: they are drawn once.
@lru_cache(maxsize=64)
def draw(card: Card, arches: int) -> bytes:
    """The picture as a PNG of 1200 by 630 pixels, with at most 12 arches."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAGE)
    pen = ImageDraw.Draw(image)
    _arcade(pen, MARGIN, 108, 3, 24)
    name = _font(DISPLAY, 30, 650)
    pen.text((MARGIN + 92, 104), "IA Montpellier Méditerranée", fill=INK, font=name, anchor="ls")
    size, lines = _fitted(card.title)
    top = 180
    for line in lines:
        pen.text((MARGIN, top), line, fill=INK, font=_font(DISPLAY, size, 700))
        top += round(size * 1.12)
    text = _font(TEXT, 32, 400)
    pen.text((MARGIN, top + 18), _shortened(card.line, text), fill=MUTED, font=text)
    arches = max(1, min(arches, MOST_ARCHES))
    _arcade(pen, MARGIN, HEIGHT - 48, arches, min(110, (WIDTH - 2 * MARGIN) // arches))
    pen.line((MARGIN, HEIGHT - 46, WIDTH - MARGIN, HEIGHT - 46), fill=INK, width=4)
    out = io.BytesIO()
    image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE).save(out, "PNG")
    return out.getvalue()


def _arcade(pen: ImageDraw.ImageDraw, left: int, base: int, arches: int, span: int) -> None:
    """Arches side by side on a line, each `span` wide and half as high."""
    for number in range(arches):
        x = left + number * span
        pen.arc((x, base - span // 2, x + span, base + span // 2), 180, 360, fill=LAGOON, width=5)


def _fitted(title: str) -> tuple[int, list[str]]:
    """The largest size at which the title takes three lines, and the lines; the rest is cut."""
    for size in TITLE_SIZES:
        lines = _wrapped(title, _font(DISPLAY, size, 700))
        if len(lines) <= TITLE_LINES:
            return size, lines
    font = _font(DISPLAY, TITLE_SIZES[-1], 700)
    return TITLE_SIZES[-1], [*lines[: TITLE_LINES - 1], _shortened(" ".join(lines[2:]), font)]


def _wrapped(text: str, font: Any) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if _fits(longer, font):
            lines[-1] = longer
        else:
            lines += [_shortened(word, font)]
    return [line for line in lines if line]


def _shortened(text: str, font: Any) -> str:
    """As much of a text as one line holds."""
    if _fits(text, font):
        return text
    while text and not _fits(f"{text}…", font):
        text = text[:-1]
    return f"{text.rstrip()}…"


def _fits(text: str, font: Any) -> bool:
    return font.getlength(text) <= WIDTH - 2 * MARGIN


@cache
def _font(file: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    # The plain layout refuses no text, whatever is in it.
    engine = ImageFont.Layout.BASIC
    font = ImageFont.truetype(str(FONTS / file), size, layout_engine=engine)
    font.set_variation_by_axes([weight])
    return font
