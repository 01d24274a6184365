"""The tokens of the style sheet as values, and the contrast of two colours by the formula of WCAG."""

import re

from portal.stylesheet import COMMENT, SOURCES

SCHEMES = ("light", "dark")
GROUNDS = ("page", "surface", "sunk")
KIND_COLOURS = ("etang", "ciste", "garrigue", "tuile", "ardoise")
TEXT, CONTROL = 4.5, 3.0

# What stands on what: text, then what is drawn or framed. DESIGN-UX.md, section 2. `line` is there to
# please; `genet` on light grounds never carries a meaning alone.
TEXTS = [
    *((text, ground) for text in ("ink", "muted", *KIND_COLOURS) for ground in GROUNDS),
    *((tone, ground) for tone in ("ok", "warn", "err") for ground in GROUNDS),
    *(("on-kind", kind) for kind in KIND_COLOURS),
    *(("ink", f"{tint}-tint") for tint in ("ok", "warn", "err", "info", "wait")),
    *((tone, f"{tone}-tint") for tone in ("ok", "warn", "err")),
    ("etang", "info-tint"),
    ("on-genet", "genet"),
    *((text, ground) for text in ("on-nuit", "on-nuit-muted") for ground in ("nuit", "band")),
]
CONTROLS = [*(("control", ground) for ground in GROUNDS), ("genet", "nuit"), ("genet", "band")]


def colours() -> dict[str, dict[str, str]]:
    """Every token that is a colour, in both schemes."""
    rules = COMMENT.sub("", (SOURCES / "tokens.css").read_text(encoding="utf-8"))
    first, _, dark = rules.partition("@media (prefers-color-scheme: dark)")
    found = {}
    for scheme, text in zip(SCHEMES, (first, dark), strict=True):
        own = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", text))
        found[scheme] = found.get("light", {}) | own
    return found


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of `#rgb` or `#rrggbb`: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance."""
    digits = colour.removeprefix("#")
    pairs = [digits[i : i + 2] for i in (0, 2, 4)] if len(digits) == 6 else [2 * d for d in digits]
    parts = [int(pair, 16) / 255 for pair in pairs]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
