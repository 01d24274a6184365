"""How forms look: markup of a field, the error summary, and nothing that loses what was typed."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.utils.translation import override

from portal.forms import at_home, error_items


class Letter(forms.Form):
    subject = forms.CharField(label="Subject", max_length=20, help_text="In a few words.")
    kind = forms.ChoiceField(
        label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect
    )
    body_fr = forms.CharField(label="Body [fr]", max_length=300, widget=forms.Textarea)
    copy = forms.BooleanField(label="Send me a copy", required=False)
    secret = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def test_error_summary_leads_to_each_control():
    letter = Letter({"subject": "x" * 21, "kind": ""})

    items = [tuple(item) for item in error_items([letter])]

    assert items == [
        ("Subject: This has 21 characters: keep to 20 at most.", "id_subject"),
        ("Kind: Choose one of these.", "id_kind_0"),
        ("Body – Français: Fill in this field.", "id_body_fr"),
    ]


def test_form_that_was_not_sent_has_no_error():
    assert list(error_items([Letter(), None])) == []


def test_field_names_its_hint_and_its_error():
    html = str(Letter({"kind": "a"})["subject"].as_field_group())

    assert 'aria-describedby="id_subject_helptext id_subject_error"' in html
    assert 'id="id_subject_helptext"' in html
    assert 'id="id_subject_error"' in html
    assert 'aria-invalid="true"' in html


def test_no_field_cuts_what_is_pasted():
    html = str(Letter())

    assert "maxlength" not in html
    assert "0 of 300 characters" in html


def test_hidden_fields_come_with_the_form_and_without_label():
    html = str(Letter())

    assert html.count('name="secret"') == 1
    assert 'for="id_secret"' not in html


def test_pair_says_languages_and_states():
    form = type(
        "Pair",
        (forms.Form,),
        {name: forms.CharField(label="Summary", required=False) for name in ("text_fr", "text_en")},
    )(initial={"text_fr": "Bonjour"})
    item = SimpleNamespace(
        label="Summary",
        fields=[form["text_fr"], form["text_en"]],
        state={"fr": "current", "en": "empty"},
        since={},
    )

    html = Template("{% load portal %}{% translation_pair item %}").render(Context({"item": item}))

    assert '<label for="id_text_fr" lang="fr">Français</label>' in html
    assert '<label for="id_text_en" lang="en">English</label>' in html
    assert 'lang="en" id="id_text_en"' in html
    assert "badge-current" in html
    assert "badge-empty" in html


class Figures(forms.Form):
    count = forms.IntegerField(required=False)
    price = forms.DecimalField(required=False, max_digits=12, decimal_places=2)
    place = forms.FloatField(required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            at_home(field)


@pytest.mark.parametrize(
    ("language", "typed", "number"),
    [
        ("fr", "900 000", "900000"),
        ("fr", "900\u00a0000\u202f€", "900000"),
        ("fr", "12,50", "12.50"),
        ("fr", "12.50", "12.50"),
        ("fr", "−3,5", "-3.5"),
        ("en", "900,000", "900000"),
        ("en", "€1,234.50", "1234.50"),
        ("en", "12.50", "12.50"),
    ],
)
def test_figure_is_taken_as_each_language_writes_it(language, typed, number):
    with override(language):
        form = Figures({"price": typed})

        assert form.is_valid(), form.errors
    assert form.cleaned_data["price"] == Decimal(number)


@pytest.mark.parametrize(
    ("language", "typed"),
    [("fr", "douze"), ("fr", "1,2,3"), ("en", "12,50"), ("en", "1,2345"), ("fr", "nan")],
)
def test_what_is_no_figure_is_told_and_comes_back_as_it_was_typed(language, typed):
    with override(language):
        form = Figures({"price": typed, "place": typed})

        assert set(form.errors) == {"price", "place"}
        assert f'value="{typed}"' in str(form["price"])
        assert 'type="text"' in str(form["price"])


@pytest.mark.parametrize(("language", "shown"), [("fr", "12,50"), ("en", "12.50")])
def test_figure_is_shown_as_it_is_typed(language, shown):
    with override(language):
        html = str(Figures(initial={"price": Decimal("12.50")})["price"])

    assert f'value="{shown}"' in html
