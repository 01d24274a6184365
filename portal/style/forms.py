"""Forms in every state, and what is said beside them."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from members.models import Organisation
from portal import i18n
from portal.style.examples import Component, State, in_words, picture
from portal.writing.freshness import Since
from portal.writing.parts import Difference, Image, Item, Section
from portal.writing.typed import Text


class SampleForm(forms.Form):
    """A field of each look that forms of the site have."""

    text = forms.CharField(
        label=gettext_lazy("Name"), help_text=gettext_lazy("An acronym, such as CHU.")
    )
    long_text = forms.CharField(
        label=gettext_lazy("Message to the moderators"),
        max_length=20,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    choice = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Organisation.Kind.choices[:3])
    day = forms.DateField(
        label=gettext_lazy("Start"), widget=forms.DateInput(attrs={"type": "date"})
    )
    box = forms.BooleanField(label=gettext_lazy("Remove this image"))
    boxes = forms.MultipleChoiceField(
        label=gettext_lazy("Languages spoken"),
        choices=Event.LANGUAGES[:3],
        widget=forms.CheckboxSelectMultiple,
    )
    file = forms.FileField(label=gettext_lazy("Logo"))


class PairForm(forms.Form):
    """The two sides of a text."""

    summary_fr = forms.CharField(
        max_length=300, help_text=Organisation._meta.get_field("summary").help_text
    )
    summary_en = forms.CharField(max_length=300, required=False)


class LineForm(forms.Form):
    """A line of several."""

    label = forms.CharField(label=gettext_lazy("Label"))
    url = forms.URLField(label=gettext_lazy("Address"), assume_scheme="https")


# A form keeps its fields apart.
FORM = '<div class="form">{{ form }}</div>'


def components() -> list[Component]:
    """What this part of the guide shows."""
    return [_fields(), _pair(), _parts(), _completeness(), _errors(), _buttons(), _notices()]


def _fields() -> Component:
    typed = {"long_text": "Un texte bien trop long", "boxes": ["fr"], "day": "?", "text": ""}
    several = forms.formset_factory(LineForm)(prefix="several")
    states = [
        State(_("Empty"), FORM, {"form": SampleForm(auto_id="new_%s")}),
        State(_("With errors"), FORM, {"form": SampleForm(typed, auto_id="wrong_%s")}),
        State(_("Several of a kind"), "{{ formset }}", {"formset": several}),
    ]
    return Component("field", _("Fields"), states)


def _pair() -> Component:
    french, english = "Étudie les voûtes.", "Studies vaults."
    sides = [
        (_("Up to date"), french, english, {"fr": "current", "en": "current"}),
        (_("Empty on one side"), french, "", {"fr": "current", "en": "empty"}),
        (_("To review"), french, "Studies bridges.", {"fr": "current", "en": "outdated"}),
        (_("With an error"), "x" * 301, "", {}),
    ]
    states = []
    written = Since("Étudie les ponts.", french, timezone.now())
    for label, *texts, state in sides:
        form = PairForm(dict(zip(PairForm.base_fields, texts, strict=True)))
        since = {code: written for code, each in state.items() if each == "outdated"}
        item = Item("pair", "summary", _("Summary"), list(form), state, [], since=since)
        states.append(State(label, "{% translation_pair item %}", {"item": item}))
    return Component("pair", _("Translation pair"), states, is_wide=True)


def _parts() -> Component:
    """A form of an object in miniature: rows, an image, and what somebody else wrote meanwhile."""
    lines = forms.formset_factory(LineForm, extra=0, min_num=2)(prefix="links")
    form = SampleForm(auto_id="part_%s")
    other = Difference("logo", _("Logo"), _("Another image"), "Camille Roux", True)
    items = [
        Item("rows", "links", _("Links"), [lines], {}, []),
        Item(
            "image",
            "logo",
            _("Logo"),
            [form["file"]],
            {},
            [other],
            Image(True, picture().url, form["box"]),
        ),
    ]
    parts = SimpleNamespace(parts=[Section(_("Logo"), items)], hidden_fields=[])
    state = State("", "includes/_form_parts.html", {"form": parts, "action": ""})
    return Component("parts", _("Rows, image, somebody else’s version"), [state])


def _completeness() -> Component:
    missing = [("completeness", _("Summary")), ("completeness", _("Logo"))]
    states = [
        State(
            _("Something missing"),
            "includes/_completeness.html",
            {"missing": missing, "done": 7, "total": 9},
        ),
        State(_("Complete"), "includes/_completeness.html", {"done": 9, "total": 9}),
    ]
    return Component("completeness", _("Completeness"), states)


def _errors() -> Component:
    required = forms.Field.default_error_messages["required"]
    errors = [{"target": "error-summary", "message": required}, {"message": required}]
    state = State("", "includes/_error_summary.html", {"errors": errors})
    return Component("error-summary", _("Error summary"), [state])


def _buttons() -> Component:
    main = '<button class="button button-main">{{ word }}</button>'
    other = '<button class="button">{{ word }}</button>'
    states = [
        State(_("Main: one for each view"), main, {"word": _("Send for review")}),
        State(_("Other"), other, {"word": _("Save the draft")}),
        State(_("As a link"), "includes/_sign_out.html"),
    ]
    return Component("button", _("Buttons"), states)


class _Message:
    """A message as Django keeps it for the next page."""

    level_tag = "success"

    def __str__(self) -> str:
        return _("Your draft is saved. Nothing is sent yet.")


def _notices() -> Component:
    text = {"text": str(_Message())}
    levels: list[dict[str, Any]] = [{"level": level} for level in ("ok", "info", "err", "wait")]
    levels.append({"level": "warn", "title": _("Nothing is sent yet")})
    kept = [Text(_("Summary"), in_words("Étudie les voûtes.", "Studies vaults."))]
    elsewhere = {"language": i18n.other(i18n.current())}
    states = [
        *(State(each["level"], "includes/_notice.html", each | text) for each in levels),
        State(_("After a redirect"), "includes/_messages.html", {"messages": [_Message()]}),
        State(_("Text in one language"), "includes/_only_language.html", elsewhere),
        State(_("Preview"), "includes/_preview_banner.html"),
        State(_("Text that could not be saved"), "includes/_typed.html", {"typed": kept}),
    ]
    return Component("notice", _("Notices"), states)
