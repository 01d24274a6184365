"""Texts that editors write in Markdown: what survives of them, and that nothing else does."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal import markdown

# Ways that have led past parsers and sanitisers: scripts, mutations, foreign content, overlays.
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><style><img src=x onerror=alert(1)></style></svg>",
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=x&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '<template><s><template><s><img src=x onerror=alert(1)>@shafigullin</s></template></template>',
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<textarea><img title='</textarea><img src=x onerror=alert(1)>'>",
    '<a href="javascript:alert(1)">x</a><a href="java&#10;script:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a><a href="vbscript:x">x</a>',
    '<a href="https://x" onclick="alert(1)" style="position:fixed" target="_blank" ping="//evil">x</a>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe><object data=x></object><embed src=x>',
    '<form action="//evil"><input name=q><button formaction="javascript:alert(1)">x</button></form>',
    '<meta http-equiv="refresh" content="0;url=//evil"><base href=//evil><link rel=stylesheet href=//e>',
    '<div id="content" class="overlay" style="position:fixed;inset:0">x</div><p id=main>x</p>',
    "<video poster=//evil><audio src=//evil><source srcset=//evil><track src=//evil>",
    "<h1>Stray</h1><h2 id=header>Stray</h2>",
    '<p title="Stray" lang="en">x</p><em lang="en">x</em>',
    "![x](https://evil.example/pixel.png) [![x](https://evil.example/pixel.png)](https://example.org)",
    "[x](javascript:alert(1)) [x](JaVaScRiPt:alert(1)) [x](&#106;avascript:alert(1)) <javascript:x>",
    "[x]: javascript:alert(1)\n\n[x] [y](data:text/html;base64,PHNjcmlwdD4=) [z](file:///etc/passwd)",
    '[x](https://example.org "t\\" onmouseover=\\"alert(1)")',
    '```js" onload="alert(1)\nx\n```',
    "|a|b|\n|:-:|--:|\n|<script>alert(1)</script>|<img src=x>|",
]  # fmt: skip


class Elements(HTMLParser):
    """Each element that a browser would make of a text, with what it carries."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def faults(html, top=3):
    """What should not be in a text that was made safe."""
    found = []
    for tag, carried in Elements(html).found:
        allowed = {"a": {"href", "title", "rel"}, "ol": {"start"}}.get(tag, set())
        if tag not in markdown.TAGS | {f"h{level}" for level in range(top, 7)}:
            found.append(tag)
        found += [f"{tag} {name}" for name in carried if name not in allowed]
        # As a browser reads it: without the line ends in it and the blanks around it.
        address = re.sub(r"[\t\r\n]", "", carried.get("href", "")).strip("\x00 ")
        scheme = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", address)
        if scheme and scheme[1] not in ("http", "https", "mailto", "tel"):
            found.append(address)
        if tag == "a" and carried.get("rel") != "nofollow noopener":
            found.append(f"{tag} rel")
    return found


@pytest.mark.threat("T16", "markdown")
@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_lets_nothing_through_but_structure_and_links(text):
    assert faults(markdown.render(text)) == []


@pytest.mark.threat("T16", "sanitiser")
@pytest.mark.parametrize("text", HOSTILE)
def test_the_sanitiser_alone_would_do_and_does_it_once_for_all(text):
    """The parser escapes markup; if it ever let some through, this still stands behind it."""
    safe = markdown.sanitised(text)

    assert faults(safe) == []
    assert markdown.sanitised(safe) == safe


@pytest.mark.threat("T16", "sanitiser")
@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "<", ">", "</p>", "&lt;", "-->", '"', "`", "\n"]), max_size=6
    )
)
def test_no_mixture_of_them_gets_through(parts):
    for joined in ("".join(parts), "\n\n".join(parts)):
        assert faults(markdown.render(joined)) == []
        assert faults(markdown.sanitised(joined)) == []


@pytest.mark.threat("T16", "outline")
@pytest.mark.parametrize(
    ("text", "top", "outline"),
    [
        ("# A\n## B\n# C", 3, ["h3", "h4", "h3"]),
        ("### A\n###### B", 3, ["h3", "h6"]),
        ("# A", 2, ["h2"]),
        ("#### A\n# B", 3, ["h6", "h3"]),
        ("<h1>A</h1>\n\nB\n=", 3, ["h3"]),
    ],
)
def test_headings_keep_the_outline_of_the_page(text, top, outline):
    html = markdown.render(text, top)

    assert [tag for tag, _carried in Elements(html).found if tag[0] == "h"] == outline
    assert "id=" not in html


@pytest.mark.parametrize("text", HOSTILE)
def test_the_words_alone_are_one_line_of_text(text):
    words = markdown.plain(text)

    assert "\n" not in words
    assert faults(markdown.sanitised(words)) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Un ![plan de la salle](https://x.example/p.png).", "<p>Un plan de la salle.</p>"),
        ("Un ![](https://x.example/p.png) plan !", "<p>Un  plan !</p>"),
        ("![*a* & <b>](p.png)", "<p>a &amp; &lt;b&gt;</p>"),
    ],
)
def test_an_image_leaves_its_words(text, shown):
    assert markdown.render(text) == f"{shown}\n"


def test_tags_are_shown_as_the_form_says():
    assert markdown.render("Du <b>gras</b>") == "<p>Du &lt;b&gt;gras&lt;/b&gt;</p>\n"


@pytest.mark.threat("T16", "texts")
def test_nothing_turns_the_words_around_a_text():
    html = markdown.render("Le \u202ereçu\u202c de \u2067שלום\u2069")

    assert html == "<p>Le reçu de שלום</p>\n"
