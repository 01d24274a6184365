"""Marking what a search found, apart from any database."""

import html
import unicodedata

import pytest
from django.utils.safestring import SafeString
from hypothesis import given
from hypothesis import strategies as st

from portal.marking import EXCERPT, MOST_MARKS, Marker


@pytest.mark.parametrize(
    ("query", "language", "text", "expected"),
    [
        ("sante", "fr", "La santé globale", "La <mark>santé</mark> globale"),
        ("donnée", "fr", "Des données d’hôpitaux", "Des <mark>données</mark> d’hôpitaux"),
        ("chercheur", "fr", "Des chercheuses", "Des <mark>chercheuses</mark>"),
        ("university", "en", "Two universities", "Two <mark>universities</mark>"),
        (
            "IA",
            "fr",
            "l’IA et l'Odyss'IA",
            "l’<mark>IA</mark> et l&#x27;<mark>Odyss&#x27;IA</mark>",
        ),
        ("ai", "fr", "L’IA", "L’<mark>IA</mark>"),
        ("plantnet", "", "Avec Pl@ntNet.", "Avec <mark>Pl@ntNet</mark>."),
        ("plant", "", "Avec Pl@ntNet.", "Avec <mark>Pl@ntNet</mark>."),
        ("C++", "", "Programmer en C++", "Programmer en <mark>C++</mark>"),
        ("st jean", "", "Saint-Jean-de-Védas", "<mark>Saint-Jean-de-Védas</mark>"),
        # The last word may go on, the others may not.
        ("méde", "fr", "La médecine", "La <mark>médecine</mark>"),
        ("médec robot", "fr", "La médecine", "La médecine"),
        # Words that tell nothing are not marked.
        ("le calcul", "fr", "Le calcul", "Le <mark>calcul</mark>"),
        # Accents apart from their letters.
        ("génétique", "fr", "ge\u0301ne\u0301tique", "<mark>génétique</mark>"),
        ("a", "fr", "<b>a</b> & c", "&lt;b&gt;<mark>a</mark>&lt;/b&gt; &amp; c"),
        ("¼", "fr", "¼ du tout", "<mark>¼</mark> du tout"),
        ("?!", "fr", "Rien ?!", "Rien ?!"),
    ],
)
def test_marks_the_words_that_answer(query, language, text, expected):
    assert Marker.of(query).mark(text, language) == expected


def test_marks_a_few_words_of_a_text():
    marked = Marker.of("ia").mark("ia " * 20)

    assert marked.count("<mark>") == MOST_MARKS


def test_excerpt_is_cut_around_the_first_word_between_words():
    text = " ".join(["avant"] * 60 + ["aqueduc"] + ["après"] * 60)

    cut = Marker.of("aqueduc").excerpt(text)

    assert cut.startswith("… avant ") and cut.endswith(" après …")
    assert "<mark>aqueduc</mark>" in cut
    assert len(cut) < EXCERPT + 40
    assert Marker.of("aqueduc").excerpt("Un aqueduc.") == "Un <mark>aqueduc</mark>."


@given(text=st.text(max_size=400), query=st.text(max_size=40))
def test_any_text_is_marked_without_losing_a_letter(text, query):
    marked = Marker.of(query).mark(text)

    assert isinstance(marked, SafeString)
    plain = marked.replace("<mark>", "").replace("</mark>", "")
    assert html.unescape(plain) == html.unescape(html.escape(unicodedata.normalize("NFC", text)))
    assert "<" not in plain
    Marker.of(query).excerpt(text)
