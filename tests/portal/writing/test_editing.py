"""The forms that write content: what they show, what they make of what comes in, and what they say."""

import contextlib
import datetime
import io
import json
import shutil

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from portal import limits, storage
from portal.forms import error_items
from portal.lifecycle import kinds, review
from portal.lifecycle.errors import Incomplete
from portal.writing import marks, quota, typed
from tests import browser, factories

pytestmark = pytest.mark.django_db

KINDS = ("organisation", "event", "project")


@pytest.fixture(autouse=True)
def _empty_store():
    """What one test sent takes no room in the next."""
    shutil.rmtree(storage.held_storage().location, ignore_errors=True)


@pytest.fixture
def target(organisation):
    """An object of each kind, by its code."""

    def make(code):
        theme = factories.ThemeFactory()
        if code == "organisation":
            organisation.themes.add(theme)
            organisation.description_fr = "## Titre\n\nDeux\nlignes\n"
            organisation.save()
            organisation.contacts.create(name="Accueil", email="accueil@example.org")
            organisation.exchanges.create(direction="offer", topic="data", text_en="Data")
            return organisation
        if code == "event":
            event = factories.EventFactory(organisation=organisation, themes=[theme], price="12.50")
            event.refresh_from_db()
            return event
        project = factories.ProjectFactory(organisation=organisation, themes=[theme])
        project.funding.create(funder="Région", amount=900_000, source="Délibération", year=2024)
        return project

    return make


def form_of(code, user, *, organisation=None, target=None, submission=None, **kwargs):
    """The form of a kind, as the workspace opens it."""
    kind = kinds.named(code)
    live = kind.content.read(target) if target else kind.content.blank
    proposed = live | (submission.values if submission else {})
    return kind.form(
        kind.content,
        proposed,
        user=user,
        organisation=organisation,
        target=target,
        submission=submission,
        **kwargs,
    )


def shown(form):
    """What a browser would send for this form."""
    return browser.fields(render_to_string("includes/_form_parts.html", {"form": form}))


def query(data):
    found = QueryDict(mutable=True)
    for name, values in data.items():
        found.setlist(name, values if isinstance(values, list) else [values])
    return found


def sent(form, user, *, files=None, more="", **changes):
    """The same form, filled in and sent."""
    data = query(shown(form) | changes)
    return type(form)(
        form.content,
        form.proposed,
        user=user,
        organisation=form.organisation,
        target=form.target,
        submission=form.submission,
        data=data,
        files=MultiValueDict(files or {}),
        more=more,
    )


def photo(colour="red", size=(60, 40)):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return SimpleUploadedFile("photo.png", out.getvalue())


def errors_of(form):
    """Every field of the form and of its rows that has an error."""
    found = {name: list(texts) for name, texts in form.errors.items()}
    for formset in form.rows.values():
        for row in formset.forms:
            found |= {row.add_prefix(name): list(texts) for name, texts in row.errors.items()}
    return found


# --- What is not touched --------------------------------------------------------------------------


@pytest.mark.parametrize("code", KINDS)
def test_form_that_is_only_shown_changes_nothing(code, target, alice, organisation):
    form = form_of(code, alice, organisation=organisation, target=target(code))

    again = sent(form, alice)

    assert again.is_valid(), errors_of(again)
    assert again.values() == form.proposed


@pytest.mark.parametrize("code", KINDS)
def test_blank_form_gives_blank_values(code, alice, organisation):
    form = form_of(code, alice, organisation=organisation)

    again = sent(form, alice)

    assert again.is_valid(), errors_of(again)
    assert again.values() == kinds.named(code).content.blank


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("code", KINDS)
def test_form_changes_nothing_in_either_language(code, language, target, alice, organisation):
    live = target(code)

    with override(language):
        form = form_of(code, alice, organisation=organisation, target=live)
        again = sent(form, alice)

        assert again.is_valid()
        assert again.values() == form.proposed


def test_line_ends_of_browsers_are_no_change(target, alice, organisation):
    form = form_of("organisation", alice, organisation=organisation, target=target("organisation"))

    again = sent(form, alice, description_fr="## Titre\r\n\r\nDeux\r\nlignes")

    assert again.is_valid()
    assert again.values()["description_fr"] == "## Titre\n\nDeux\nlignes\n"


def test_text_that_changed_is_kept_as_typed(target, alice, organisation):
    form = form_of("organisation", alice, organisation=organisation, target=target("organisation"))

    again = sent(form, alice, summary_fr="  Nouveau résumé 🦩 ", description_fr="un\r\ndeux")

    assert again.is_valid()
    changed = {n: v for n, v in again.values().items() if v != form.proposed[n]}
    assert changed == {"summary_fr": "Nouveau résumé 🦩", "description_fr": "un\r\ndeux"}


# --- Fields ---------------------------------------------------------------------------------------


def test_both_languages_stand_side_by_side(target, alice, organisation):
    form = form_of("event", alice, organisation=organisation, target=target("event"))

    pairs = [i for part in form.parts() for i in part.items if i.shape == "pair"]

    assert [[field.name for field in pair.fields] for pair in pairs] == [
        ["title_fr", "title_en"],
        ["summary_fr", "summary_en"],
        ["description_fr", "description_en"],
        ["period_fr", "period_en"],
        ["image_alt_fr", "image_alt_en"],
    ]


@pytest.mark.parametrize("code", KINDS)
def test_sections_show_every_field_once(code, alice, organisation):
    factories.ThemeFactory()
    factories.ProjectFactory(organisation=organisation)
    form = form_of(code, alice, organisation=organisation)
    html = render_to_string("includes/_form_parts.html", {"form": form})

    for name in form.fields:
        if name != "message" and not name.endswith("_remove"):
            assert html.count(f'name="{name}"') >= 1, name
    for name in form.rows:
        assert html.count(f'name="{name}-TOTAL_FORMS"') == 1


def freshness(form, name):
    return next(i.state for part in form.parts() for i in part.items if i.name == name)


def test_freshness_of_each_side(target, alice, organisation):
    event = target("event")
    event.description_fr, event.outdated = "Texte", ["summary_en"]
    event.save()

    form = form_of("event", alice, organisation=organisation, target=event)

    assert freshness(form, "title") == {"fr": "current", "en": "current"}
    assert freshness(form, "summary") == {"fr": "current", "en": "outdated"}
    assert freshness(form, "description") == {"fr": "current", "en": "empty"}
    assert freshness(form, "image_alt") == {"fr": "", "en": ""}


def test_held_edit_of_one_side_makes_the_other_outdated(target, alice, organisation):
    event, kind = target("event"), kinds.named("event")
    live = kind.content.read(event)
    held = review.save(kind, live | {"summary_fr": "Autre"}, by=alice, target=event)

    form = form_of("event", alice, organisation=organisation, target=event, submission=held)

    assert freshness(form, "summary") == {"fr": "current", "en": "outdated"}


def changes(form, name):
    return next(i.since for part in form.parts() for i in part.items if i.name == name)


def test_outdated_side_shows_what_changed_in_the_other_since(
    target, alice, dana, organisation, django_assert_num_queries
):
    event, kind = target("event"), kinds.named("event")
    for french in ("Premier.", "Deuxième.", "Troisième."):
        values = kind.content.read(event) | {"summary_fr": french}
        held = review.save(kind, values, by=alice, target=event)
        review.publish(review.submit(held, by=alice), by=dana)
        event.refresh_from_db()
    first = review.history(event).filter(action="published").last()

    form = form_of("event", alice, organisation=organisation, target=event)
    with django_assert_num_queries(1):
        found = changes(form, "summary")
        assert changes(form, "title") == {}

    assert set(found) == {"en"}
    assert (found["en"].before, found["en"].after) == (first.diff["summary_fr"][0], "Troisième.")
    assert found["en"].day == review.history(event).first().at


def test_held_edit_shows_what_it_would_leave_behind(target, alice, organisation):
    event, kind = target("event"), kinds.named("event")
    live = kind.content.read(event)
    held = review.save(kind, live | {"summary_fr": "Autre"}, by=alice, target=event)

    form = form_of("event", alice, organisation=organisation, target=event, submission=held)

    assert changes(form, "summary") == {"en": (live["summary_fr"], "Autre", None)}


def test_form_without_an_outdated_side_asks_for_no_history(
    target, alice, organisation, django_assert_num_queries
):
    form = form_of("event", alice, organisation=organisation, target=target("event"))

    with django_assert_num_queries(0):
        assert changes(form, "summary") == {}


def test_missing_elements_lead_to_their_fields(alice, organisation):
    form = form_of("event", alice, organisation=organisation)

    with override("en"):
        assert form.missing() == [
            ("id_title_fr", "Title (FR)"),
            ("id_title_en", "Title (EN)"),
            ("id_summary_fr", "Summary (FR)"),
            ("id_summary_en", "Summary (EN)"),
            ("id_description_fr", "Description (FR)"),
            ("id_description_en", "Description (EN)"),
            ("id_start_date", "Start"),
            ("id_themes", "Themes"),
            ("id_price", "Price"),
        ]


def test_missing_elements_lead_to_something_on_the_page(alice, organisation):
    factories.ThemeFactory()
    for code in KINDS:
        form = form_of(code, alice, organisation=organisation)
        html = render_to_string("includes/_form_parts.html", {"form": form})

        for anchor, _label in form.missing():
            assert f'id="{anchor}"' in html


def test_missing_elements_follow_what_is_typed(alice, organisation):
    form = sent(form_of("event", alice, organisation=organisation), alice, title_fr="Titre")

    form.is_valid()

    assert "id_title_fr" not in dict(form.missing())


@pytest.mark.parametrize(
    ("code", "name", "length"),
    [
        ("organisation", "name", 150),
        ("organisation", "summary_fr", 300),
        ("organisation", "description_en", 10_000),
        ("event", "title_fr", 150),
        ("event", "place", 150),
        ("project", "description_fr", 10_000),
    ],
)
def test_too_long_text_is_refused_and_kept(code, name, length, alice, organisation):
    form = form_of(code, alice, organisation=organisation)

    good = sent(form, alice, **{name: "é" * length})
    bad = sent(form, alice, **{name: "é" * (length + 1)})

    assert good.is_valid()
    assert not bad.is_valid()
    assert list(bad.errors) == [name]
    assert shown(bad)[name] == ["é" * (length + 1)]


def test_browser_never_cuts_what_is_pasted(alice, organisation):
    for code in KINDS:
        form = form_of(code, alice, organisation=organisation)

        assert "maxlength" not in render_to_string("includes/_form_parts.html", {"form": form})


# --- Dates of events ------------------------------------------------------------------------------


def event_form(alice, organisation, **changes):
    form = sent(form_of("event", alice, organisation=organisation), alice, **changes)
    form.is_valid()
    return form


def test_dates_are_those_of_the_event_s_own_time_zone(alice, organisation):
    form = event_form(
        alice,
        organisation,
        start_date="2026-07-01",
        start_time="14:00",
        end_time="17:30",
        timezone="America/Montreal",
    )

    assert errors_of(form) == {}
    values = form.values()
    assert values["starts_at"] == "2026-07-01T18:00:00+00:00"
    assert values["ends_at"] == "2026-07-01T21:30:00+00:00"


def test_whole_days_begin_and_end_at_midnight(alice, organisation):
    form = event_form(
        alice, organisation, start_date="2026-07-01", end_date="2026-07-03", all_day="on"
    )

    assert form.values()["starts_at"] == "2026-06-30T22:00:00+00:00"
    assert form.values()["ends_at"] == "2026-07-02T22:00:00+00:00"


def test_last_day_without_an_hour_lasts_until_night(alice, organisation):
    form = event_form(
        alice, organisation, start_date="2026-07-01", start_time="9:00", end_date="2026-07-02"
    )

    assert form.values()["ends_at"] == "2026-07-02T21:59:00+00:00"


def test_same_last_day_without_an_hour_says_nothing_of_the_end(alice, organisation):
    form = event_form(
        alice, organisation, start_date="2026-07-01", start_time="9:00", end_date="2026-07-01"
    )

    assert form.values()["ends_at"] is None


def test_live_date_with_seconds_is_not_changed_by_being_shown(alice, organisation):
    moment = datetime.datetime(2026, 7, 1, 12, 0, 33, 125, tzinfo=datetime.UTC)
    event = factories.EventFactory(organisation=organisation, starts_at=moment)
    form = form_of("event", alice, organisation=organisation, target=event)

    again = sent(form, alice)

    assert again.is_valid()
    assert again.values()["starts_at"] == form.proposed["starts_at"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"start_date": "2026-02-30", "start_time": "14:00"}, ["start_date"]),
        ({"start_date": "0001-01-01", "start_time": "00:10"}, ["start_date"]),
        ({"start_date": "9999-12-31", "start_time": "23:59"}, ["start_date"]),
        ({"start_date": "demain", "start_time": "14:00"}, ["start_date"]),
        ({"start_date": "2026-07-01", "start_time": "25:00"}, ["start_time"]),
        ({"start_date": "2026-03-29", "start_time": "02:30"}, ["start_time"]),
        (
            {"start_date": "2026-07-01", "start_time": "14:00", "timezone": "Mars/Base"},
            ["timezone"],
        ),
        (
            {"start_date": "2026-07-01", "start_time": "14:00", "end_date": "3000-01-01"},
            ["end_date"],
        ),
    ],
)
def test_impossible_dates_are_refused_beside_their_field(changes, fields, alice, organisation):
    form = event_form(alice, organisation, **changes)

    assert list(form.errors) == fields
    for name, value in changes.items():
        assert shown(form)[name] == [value]


@pytest.mark.parametrize(
    ("typed", "kept", "beside"),
    [
        ({"start_date": "2026-07-01"}, {"starts_at": "2026-07-01"}, {"start_time"}),
        ({"start_time": "14:00"}, {"starts_at": "14:00"}, {"start_date"}),
        ({"end_time": "16:30"}, {"ends_at": "16:30"}, {"end_date", "start_date"}),
        (
            {"start_time": "14:00", "all_day": "on", "end_date": "2026-07-02"},
            {"starts_at": "14:00", "ends_at": "2026-07-01T22:00:00+00:00"},
            {"start_date"},
        ),
    ],
)
def test_draft_keeps_a_day_without_its_time_and_a_time_without_its_day(
    typed, kept, beside, alice, organisation
):
    form = event_form(alice, organisation, title_fr="Atelier", kind="workshop", **typed)
    values = form.values()
    draft = review.save(kinds.named("event"), values, by=alice, organisation=organisation)

    again = form_of("event", alice, organisation=organisation, submission=draft)

    assert errors_of(form) == {}
    assert {n: values[n] for n in ("starts_at", "ends_at") if values[n]} == kept
    inputs = shown(again)
    assert {name: inputs[name] for name in typed} == {n: [value] for n, value in typed.items()}
    assert "id_start_date" in dict(again.missing())
    with pytest.raises(Incomplete) as refused:
        review.submit(draft, by=alice)
    sent_again = sent(again, alice)
    sent_again.is_valid()
    sent_again.add_errors(refused.value.errors)
    assert set(sent_again.errors) == beside


@pytest.mark.parametrize(
    ("language", "order"), [("fr", ["Éducation", "Santé"]), ("en", ["Health", "Training"])]
)
@pytest.mark.parametrize("code", KINDS)
def test_themes_stand_in_the_order_of_the_reader_s_language(code, language, order, alice):
    factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")
    factories.ThemeFactory(code="zedu", name_fr="Éducation", name_en="Training")

    with override(language):
        choices = form_of(code, alice)["themes"].field.choices

        assert [label for _key, label in choices] == order


@pytest.mark.threat("T2", "choices")
def test_event_offers_the_projects_of_its_organisation_only(alice, organisation, elsewhere):
    own = factories.ProjectFactory(organisation=organisation)
    shared = factories.ProjectFactory(organisation=elsewhere)
    shared.partners.create(organisation=organisation, agreed_at="2026-01-01T00:00Z")
    asked = factories.ProjectFactory(organisation=elsewhere)
    asked.partners.create(organisation=organisation)
    factories.ProjectFactory(organisation=organisation, withdrawn=True)
    form = form_of("event", alice, organisation=organisation)

    assert set(form.fields["projects"].queryset) == {own, shared}
    assert list(event_form(alice, organisation, projects=[str(asked.pk)]).errors) == ["projects"]


# --- Rows -----------------------------------------------------------------------------------------


def rows(name, *given, initial=0):
    """What a browser sends for these rows."""
    data = {f"{name}-TOTAL_FORMS": str(len(given)), f"{name}-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(given):
        data |= {f"{name}-{number}-{column}": value for column, value in row.items()}
    return data


def test_funder_is_an_organisation_or_another_name(alice, organisation, elsewhere):
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        **rows(
            "funding",
            {"organisation": "ailleurs", "amount": "10", "source_fr": "Article"},
            {"funder": "Union européenne", "amount": "20", "source_en": "Decision"},
        ),
    )

    assert form.is_valid(), errors_of(form)
    nothing = {"programme_fr": "", "programme_en": "", "year": None}
    assert form.values()["funding"] == [
        {"organisation": elsewhere.pk, "funder": "", "amount": 10, **nothing}
        | {"source_fr": "Article", "source_en": ""},
        {"organisation": None, "funder": "Union européenne", "amount": 20, **nothing}
        | {"source_fr": "", "source_en": "Decision"},
    ]


def test_funder_that_the_directory_does_not_have_may_be_written_as_another(alice, organisation):
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        **rows("funding", {"organisation": "Union européenne", "amount": "20"}),
    )

    assert not form.is_valid()
    (message,) = errors_of(form)["funding-0-organisation"]
    assert message == (
        "L’annuaire n’a pas d’organisation appelée «\xa0Union européenne\xa0». Vérifiez le nom, ou "
        "écrivez-le comme autre financeur."
    )


def test_project_form_asks_partners_and_not_funders(alice, organisation):
    text = render_to_string(
        "includes/_form_parts.html", {"form": form_of("project", alice, organisation=organisation)}
    )

    assert "Nous demandons son accord à chaque partenaire" in text
    assert "Nous ne demandons pas leur accord aux financeurs" in text


def test_partner_is_named_by_its_name(alice, organisation, elsewhere):
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        **rows("partners", {"organisation": "ailleurs", "role": "data"}, {"organisation": ""}),
    )

    assert form.is_valid()
    assert form.values()["partners"] == [{"organisation": elsewhere.pk, "role": "data"}]


@pytest.mark.parametrize("typed_name", ["LDA", "lda", "laboratoire-des-arches"])
def test_partner_may_be_named_by_acronym_or_slug(typed_name, alice, organisation):
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        **rows("partners", {"organisation": typed_name, "role": "lead"}),
    )

    assert form.is_valid()
    assert form.values()["partners"] == [{"organisation": organisation.pk, "role": "lead"}]


@pytest.mark.threat("T2", "choices")
@pytest.mark.threat("T6", "agreements")
def test_partner_that_is_not_public_cannot_be_named(alice, organisation):
    factories.OrganisationFactory(name="Retirée", withdrawn=True)
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        **rows("partners", {"organisation": "Retirée", "role": "data"}),
    )

    assert not form.is_valid()
    assert list(errors_of(form)) == ["partners-0-organisation"]
    assert shown(form)["partners-0-organisation"] == ["Retirée"]


def test_namesakes_are_told_apart_by_their_slug(alice, organisation):
    first = factories.OrganisationFactory(name="Institut")
    second = factories.OrganisationFactory(name="Institut")
    project = factories.ProjectFactory(organisation=organisation)
    project.partners.create(organisation=second, role="data")

    form = form_of("project", alice, organisation=organisation, target=project)
    ambiguous = sent(form, alice, **{"partners-1-organisation": "Institut"})
    again = sent(form, alice)

    assert shown(form)["partners-1-organisation"] == [second.slug] != [first.slug]
    assert not ambiguous.is_valid()
    assert again.is_valid()
    assert again.values()["partners"] == form.proposed["partners"]


def test_names_in_rows_cost_the_same_whatever_their_number(
    alice, organisation, django_assert_num_queries
):
    project = factories.ProjectFactory(organisation=organisation)
    for _n in range(5):
        project.partners.create(organisation=factories.OrganisationFactory(), role="partner")
    kind = kinds.named("project")
    live = kind.content.read(project)

    with django_assert_num_queries(2):
        form = kind.form(kind.content, live, user=alice, organisation=organisation, target=project)
        assert len([row["organisation"].value() for row in form.rows["partners"].forms]) == 7


def test_removed_and_emptied_rows_are_gone(target, alice, organisation):
    project = target("project")
    project.links.create(label="Un", url="https://example.org/1")
    project.links.create(label="Deux", url="https://example.org/2", position=1)
    form = form_of("project", alice, organisation=organisation, target=project)

    again = sent(
        form, alice, **{"links-0-DELETE": "on", "funding-0-funder": "", "funding-0-amount": ""}
    )
    empty = sent(
        form,
        alice,
        **dict.fromkeys(["funding-0-funder", "funding-0-amount", "funding-0-year"], ""),
        **{"funding-0-source_fr": ""},
    )

    assert again.is_valid()
    assert again.values()["links"] == [{"label": "Deux", "url": "https://example.org/2"}]
    assert again.values()["funding"][0]["amount"] is None
    assert empty.is_valid()
    assert empty.values()["funding"] == []


def test_choice_left_at_its_default_is_no_row(alice, organisation):
    form = sent(
        form_of("organisation", alice, organisation=organisation),
        alice,
        **rows("contacts", {"visibility": "staff"}, {"visibility": "staff", "name": "Accueil"}),
    )

    assert form.is_valid()
    assert [row["name"] for row in form.values()["contacts"]] == ["Accueil"]


def test_organisation_named_twice_is_refused(alice, organisation, elsewhere):
    form = sent(
        form_of("event", alice, organisation=organisation),
        alice,
        **rows("organisers", {"organisation": "Ailleurs"}, {"organisation": "ailleurs"}),
    )

    assert not form.is_valid()
    assert list(errors_of(form)) == ["organisers-1-organisation"]


def test_second_lead_is_refused(alice, organisation, elsewhere):
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        **rows(
            "partners",
            {"organisation": "Ailleurs", "role": "lead"},
            {"organisation": "LDA", "role": "lead"},
        ),
    )

    assert not form.is_valid()
    assert list(errors_of(form)) == ["partners-1-role"]


def test_one_more_line_keeps_what_is_typed_and_judges_nothing(alice, organisation):
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        more="partners",
        starts_on="pas une date",
        **rows("partners", {"organisation": "Inconnue", "role": "data"}),
    )

    form.is_valid()
    form.forget_errors()

    assert errors_of(form) == {}
    assert shown(form)["partners-TOTAL_FORMS"] == ["2"]
    assert shown(form)["partners-0-organisation"] == ["Inconnue"]
    assert shown(form)["partners-1-organisation"] == [""]


@pytest.mark.parametrize(
    ("code", "name", "field", "chosen"),
    [
        ("project", "partners", "role", "partner"),
        ("organisation", "contacts", "visibility", "staff"),
    ],
)
def test_line_that_is_added_begins_like_the_first_one(
    code, name, field, chosen, alice, organisation
):
    """Nobody is a second lead, and no contact public, because a list begins with that."""
    first = form_of(code, alice, organisation=organisation)
    count = len(first.rows[name].forms)

    more = sent(first, alice, more=name)
    more.is_valid()
    more.forget_errors()

    assert shown(first)[f"{name}-{count - 1}-{field}"] == [chosen]
    assert shown(more)[f"{name}-{count}-{field}"] == [chosen]


@pytest.mark.threat("T23", "digits")
@pytest.mark.parametrize("total", ["", "²", "x", "9" * 5000, "1e3", "\x00"])
def test_nonsense_in_place_of_a_number_of_lines_is_no_error_of_ours(total, alice, organisation):
    changes = {"links-TOTAL_FORMS": total, "links-INITIAL_FORMS": total, "title_fr": "Titre"}
    form = sent(
        form_of("project", alice, organisation=organisation), alice, more="links", **changes
    )

    assert not form.is_valid()
    assert shown(form)["title_fr"] == ["Titre"]


def test_number_of_lines_is_limited(alice, organisation):
    given = [{"label": f"Lien {n}", "url": "https://example.org/"} for n in range(41)]

    with override("en"):
        form = sent(
            form_of("project", alice, organisation=organisation), alice, **rows("links", *given)
        )
        assert not form.is_valid()
        assert list(error_items([form])) == [("Links: At most 40 lines can be kept.", "rows-links")]


# --- What makes no object -------------------------------------------------------------------------


def checked(form, code, alice, organisation):
    """The form with what review says of it beside its fields."""
    assert form.is_valid(), errors_of(form)
    submission = review.save(kinds.named(code), form.values(), by=alice, organisation=organisation)
    with pytest.raises(Incomplete) as refused:
        review.submit(submission, by=alice)
    form.add_errors(refused.value.errors)
    return errors_of(form)


def test_what_is_missing_is_said_beside_each_field(alice, organisation):
    form = sent(form_of("event", alice, organisation=organisation), alice)

    found = checked(form, "event", alice, organisation)

    assert list(found) == ["title_fr", "kind", "start_date"]


def test_what_is_wrong_with_a_row_is_said_in_that_row(alice, organisation, elsewhere):
    form = sent(
        form_of("project", alice, organisation=organisation),
        alice,
        title_fr="Titre",
        stage="running",
        starts_on="2024-13",
        **rows(
            "funding",
            {"funder": "Région", "amount": "10", "source_en": "Decision"},
            {"funder": "Métropole", "amount": "0"},
            {"amount": "10", "source_fr": "Délibération"},
            {"organisation": "Ailleurs", "funder": "Ailleurs", "amount": "1", "source_fr": "x"},
        ),
        **rows("figures", {"value_fr": "12", "date": "hier", "source_fr": "Rapport"}),
    )

    found = checked(form, "project", alice, organisation)

    assert list(found) == [
        "starts_on",
        "funding-1-amount",
        "funding-1-source_fr",
        "funding-2-organisation",
        "funding-3-organisation",
        "figures-0-label_fr",
        "figures-0-date",
    ]


def test_identifiers_are_checked_when_it_is_sent(alice):
    form = sent(
        form_of("organisation", alice),
        alice,
        name="Nouvelle",
        kind="company",
        siren="123456789",
        rna="X1",
        ror="abc",
        latitude="91",
    )

    assert list(checked(form, "organisation", alice, None)) == ["latitude", "siren", "rna", "ror"]


# --- Two at once ----------------------------------------------------------------------------------


def stored(form, **changes):
    return form.proposed | changes


def test_late_form_says_what_differs_and_offers_what_was_not_touched(target, alice, organisation):
    event = target("event")
    form = form_of("event", alice, organisation=organisation, target=event)
    late = sent(form, alice, summary_fr="De moi", place="Chez moi")
    theirs = stored(form, summary_fr="D’elle", price="0", place="Chez moi")
    assert late.is_valid()

    with override("fr"):
        late.compare(theirs, "Bob")

    assert {name: (d.theirs, d.who, d.taken) for name, d in late.others.items()} == {
        "summary_fr": ("D’elle", "Bob", False),
        "price": ("Gratuit", "Bob", True),
    }


def test_late_form_shows_the_other_version_under_its_field(target, alice, organisation):
    event = target("event")
    form = form_of("event", alice, organisation=organisation, target=event)
    late = sent(form, alice, start_date="2027-01-01", start_time="10:00")
    assert late.is_valid()

    late.compare(stored(form, starts_at="2027-02-02T09:00:00+00:00", themes=[]), "Bob")

    items = {i.name: i.others for part in late.parts() for i in part.items if i.others}
    assert list(items) == ["themes", "start_date"]
    assert shown(late)["theirs"] == ["themes"]


def test_late_form_becomes_an_answer_to_what_is_there_now(target, alice, organisation):
    event, kind = target("event"), kinds.named("event")
    form = form_of("event", alice, organisation=organisation, target=event)
    held = review.save(kind, stored(form, summary_fr="Autre"), by=alice, target=event)
    again = form_of(
        "event",
        alice,
        organisation=organisation,
        target=event,
        submission=held,
        data=query(shown(form)),
    )
    assert again.is_valid()

    again.renew()

    assert again.expected == review.token(held, event)
    assert json.loads(shown(again)["seen"][0])["summary_fr"] == marks.mark("Autre")


@pytest.mark.threat("T23", "depth")
@pytest.mark.parametrize("seen", ["", "[]", "{", "null", '"x"', "[" * 100_000, "\x00"])
def test_marks_that_are_not_ours_are_not_believed(seen, target, alice, organisation):
    event = target("event")
    form = form_of("event", alice, organisation=organisation, target=event)
    late = sent(form, alice, seen=seen, summary_fr="De moi")
    late.is_valid()

    late.compare(stored(form, summary_fr="D’elle"), "Bob")

    assert late.others["summary_fr"].taken is False


# --- Images ---------------------------------------------------------------------------------------


def with_logo(alice, organisation, file=None, **changes):
    form = form_of("organisation", alice, organisation=organisation, target=organisation)
    return sent(form, alice, files={"logo": [file or photo()]}, **changes)


@pytest.mark.threat("T19", "name and type")
def test_image_is_held_privately_under_a_random_name(alice, organisation):
    form = with_logo(alice, organisation)

    assert form.is_valid()
    name = form.values()["logo"]

    assert name.startswith(f"{organisation.pk}/") and name.endswith(".webp")
    assert "photo" not in name
    assert storage.held_storage().exists(name)


def test_image_survives_a_form_that_is_shown_again(alice, organisation):
    first = with_logo(alice, organisation, summary_fr="x" * 301)
    assert not first.is_valid()
    data = query(shown(first) | {"summary_fr": "x"})

    second = form_of(
        "organisation", alice, organisation=organisation, target=organisation, data=data
    )

    assert second.is_valid()
    assert storage.held_storage().exists(second.values()["logo"])


@pytest.mark.threat("T2", "images")
def test_image_kept_by_a_form_belongs_to_who_sent_it(alice, bob, organisation):
    first = with_logo(alice, organisation, summary_fr="x" * 301)
    first.is_valid()
    data = query(shown(first) | {"summary_fr": "x"})

    other = form_of("organisation", bob, organisation=organisation, target=organisation, data=data)

    assert not other.is_valid()
    assert list(other.errors) == ["logo"]
    assert shown(other)["logo_kept"] == [""]


@pytest.mark.threat("T19", "name and type")
@pytest.mark.parametrize("kept", ["1/secret.webp", "x", "\x00", "a:b:c", "../../settings.py"])
def test_image_name_cannot_be_made_up(kept, alice, organisation):
    form = form_of("organisation", alice, organisation=organisation, target=organisation)

    again = sent(form, alice, logo_kept=kept)

    assert not again.is_valid()


def test_image_is_removed_by_its_box(alice, organisation):
    first = with_logo(alice, organisation)
    first.is_valid()
    kind = kinds.named("organisation")
    held = review.save(kind, first.values(), by=alice, target=organisation)
    form = form_of(
        "organisation", alice, organisation=organisation, target=organisation, submission=held
    )

    again = sent(form, alice, logo_remove="on")
    replaced = sent(form, alice, files={"logo": [photo("blue")]}, logo_remove="on")

    assert again.is_valid()
    assert again.values()["logo"] == ""
    assert replaced.is_valid()
    assert replaced.values()["logo"] not in ("", held.values["logo"])


def test_held_image_is_shown_through_its_submission(alice, organisation):
    first = with_logo(alice, organisation)
    first.is_valid()
    held = review.save(kinds.named("organisation"), first.values(), by=alice, target=organisation)

    form = form_of(
        "organisation", alice, organisation=organisation, target=organisation, submission=held
    )

    image = next(i.image for part in form.parts() for i in part.items if i.shape == "image")
    assert image.present
    assert image.url.endswith(f"/{held.pk}/image/{held.values['logo']}")


def test_bad_image_is_refused_beside_its_field(alice, organisation):
    svg = SimpleUploadedFile("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>")

    form = with_logo(alice, organisation, svg, summary_fr="Gardé")

    assert not form.is_valid()
    assert list(form.errors) == ["logo"]
    assert shown(form)["summary_fr"] == ["Gardé"]


def test_too_many_images_are_refused_with_the_time_to_wait(alice, organisation, monkeypatch):
    monkeypatch.setattr(limits, "UPLOADS", 1)
    assert with_logo(alice, organisation).is_valid()

    form = with_logo(alice, organisation)

    assert not form.is_valid()
    assert isinstance(form.refusal, limits.TooOften)
    assert list(form.errors) == ["logo"]


@pytest.mark.threat("T19", "number")
@pytest.mark.threat("limits", "uploads")
def test_images_that_are_refused_are_counted_and_beyond_the_limit_none_is_read(
    alice, organisation, monkeypatch
):
    monkeypatch.setattr(limits, "UPLOADS", 2)
    read = []
    monkeypatch.setattr("portal.images._reencode", lambda file: read.append(1) or b"")
    for _ in range(3):
        form = with_logo(alice, organisation, SimpleUploadedFile("logo.png", b"no picture"))
        form.is_valid()

    assert len(read) == 2
    assert isinstance(form.refusal, limits.TooOften)
    assert list(form.errors) == ["logo"]


# --- Room for images ------------------------------------------------------------------------------


@pytest.fixture
def little_room(settings):
    """Room for a little more than one of our photos."""
    settings.IMAGE_QUOTA_BYTES = 150


def hours_ago(monkeypatch, hours):
    """Every held file was written so long ago."""
    then = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=hours)
    monkeypatch.setattr(type(storage.held_storage()), "get_modified_time", lambda self, name: then)


@pytest.mark.threat("T19", "quota")
def test_organisation_without_room_is_told(alice, organisation, little_room):
    assert with_logo(alice, organisation).is_valid()

    form = with_logo(alice, organisation, photo("blue"), summary_fr="Gardé")

    assert not form.is_valid()
    assert isinstance(form.refusal, quota.QuotaReached)
    assert shown(form)["summary_fr"] == ["Gardé"]


@pytest.mark.threat("T19", "quota")
def test_room_of_one_organisation_is_not_that_of_another(
    alice, charlie, organisation, elsewhere, little_room
):
    assert with_logo(alice, organisation).is_valid()

    assert with_logo(charlie, elsewhere).is_valid()


def test_what_nothing_shows_any_more_makes_room_after_a_day(
    alice, organisation, little_room, monkeypatch
):
    first = with_logo(alice, organisation)
    first.is_valid()
    hours_ago(monkeypatch, 25)

    assert with_logo(alice, organisation, photo("blue")).is_valid()
    assert not storage.held_storage().exists(first.values()["logo"])


def test_images_that_something_shows_are_never_thrown_away(alice, dana, organisation, monkeypatch):
    kind = kinds.named("organisation")
    names = []
    for colour in ("red", "blue", "green"):
        form = with_logo(alice, organisation, photo(colour), logo_alt_fr="Un logo")
        assert form.is_valid()
        names.append(form.values()["logo"])
        held = review.save(kind, form.values(), by=alice, target=organisation)
        if colour != "green":  # the last one stays a draft, the first is in the history only
            review.submit(held, by=alice)
            review.publish(held, by=dana)
        organisation.refresh_from_db()
    hours_ago(monkeypatch, 1000)

    quota.tidy(quota.folder(organisation, alice))

    assert [storage.held_storage().exists(name) for name in names] == [True, True, True]


def test_newcomer_has_a_folder_that_does_not_name_them(newton, alice):
    folder = quota.folder(None, newton)

    assert folder == quota.folder(None, newton) != quota.folder(None, alice)
    assert len(folder) == len("new-") + 16


# --- Whatever comes in ----------------------------------------------------------------------------

HOSTILE = [
    "",
    " ",
    "\x00",
    "é" * 20_000,
    "🦩🏳️‍🌈",
    "\u202eabc\u202c שלום עליכם",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1)) ![x](https://evil.example/p.png)",
    "{{ 7|add:7 }}{% load x %}",
    "%(who)s %s {0}",
    "9" * 5000,
    "-1",
    "1e400",
    "NaN",
    "2026-02-30",
    "0000-00-00",
    "../../etc/passwd",
    "https://[::1",
    "\ufeff\u2028\u0007",
    "' OR 1=1 --",
]


def hostile_everywhere(code, value, alice, organisation):
    form = form_of(code, alice, organisation=organisation)
    data = shown(form)
    for name in form.rows:
        data[f"{name}-TOTAL_FORMS"] = ["2"]
        data |= {f"{name}-1-{field}": [value] for field in form.row_forms[name].base_fields}
    for name in data:
        if "_FORMS" not in name:
            data[name] = [value]
    data["themes"] = [value]
    return form_of(code, alice, organisation=organisation, data=query(data))


@pytest.mark.threat("T16", "texts")
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:12]))
@pytest.mark.parametrize("code", KINDS)
def test_hostile_text_everywhere_is_refused_or_shown_safely(code, value, alice, organisation):
    form = hostile_everywhere(code, value, alice, organisation)
    form.is_valid()
    html = render_to_string("includes/_form_parts.html", {"form": form})

    assert "<script>" not in html
    assert "<img src=x" not in html


@pytest.mark.threat("T16", "texts")
@pytest.mark.parametrize("code", KINDS)
def test_hostile_text_that_is_no_mistake_is_held_and_shown_safely(code, alice, organisation):
    """Where a text is refused it is taken out again; what is left is held, judged and displayed."""
    kind = kinds.named(code)
    blank = form_of(code, alice, organisation=organisation)
    for value in HOSTILE:
        form = hostile_everywhere(code, value, alice, organisation)
        form.is_valid()
        bad = errors_of(form)
        good = {
            name: [value]
            for name in shown(blank)
            if name not in bad and not name.endswith(("_FORMS", "_kept"))
        }
        held = sent(blank, alice, **good)
        assert held.is_valid(), errors_of(held)

        draft = review.save(kind, held.values(), by=alice, organisation=organisation)
        with contextlib.suppress(Incomplete):
            review.check(draft)
        again = form_of(code, alice, organisation=organisation, submission=draft)

        assert "<script>" not in render_to_string("includes/_form_parts.html", {"form": again})
        assert all(isinstance(kind.content.display(n, v), str) for n, v in draft.values.items())


TEXT = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.mark.threat("T23", "digits", "NUL")
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_no_text_is_an_error_of_ours(data, alice, organisation):
    code = data.draw(st.sampled_from(KINDS))
    form = form_of(code, alice, organisation=organisation)
    names = sorted(shown(form))
    changes = data.draw(st.dictionaries(st.sampled_from(names), TEXT, max_size=6))

    again = sent(form, alice, **changes)

    if again.is_valid():
        values = again.values()
        assert json.loads(json.dumps(values)) == values
    shown(again)


# --- What is shown to be copied -------------------------------------------------------------------


def test_texts_to_copy_are_those_a_person_typed():
    data = query(
        {
            "csrfmiddlewaretoken": "secret",
            "token": "1.2",
            "seen": "{}",
            "summary_fr": "Mon texte",
            "title_en": " ",
            "partners-TOTAL_FORMS": "1",
            "partners-0-organisation": "Ailleurs",
            "partners-0-role": "lead",
            "kind": "company",
            "message": "Bonjour.",
            "logo_kept": "signed",
            "postcode": "34000",
            "password": "hunter2",
            "code": "1234-5678",
            "action": "submit",
        }
    )

    assert typed.texts(data) == [
        ("Résumé (FR)", "Mon texte"),
        ("Partenaires 1 – Organisation", "Ailleurs"),
        ("message", "Bonjour."),
        ("Code postal", "34000"),
    ]
