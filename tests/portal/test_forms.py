"""How forms look: markup of a field, the error summary, and nothing that loses what was typed."""

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.utils.translation import override

from portal.forms import error_items


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
        ("Subject: Ensure this value has at most 20 characters (it has 21).", "id_subject"),
        ("Kind: This field is required.", "id_kind_0"),
        ("Body – Français: This field is required.", "id_body_fr"),
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
    )

    html = Template("{% load portal %}{% translation_pair item %}").render(Context({"item": item}))

    assert '<label for="id_text_fr" lang="fr">Français</label>' in html
    assert '<label for="id_text_en" lang="en">English</label>' in html
    assert 'lang="en" id="id_text_en"' in html
    assert "badge-current" in html
    assert "badge-empty" in html
