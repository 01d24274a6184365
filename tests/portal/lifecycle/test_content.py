"""Stored values of another age: what can be restored is, and what cannot is told (THREATS T9)."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import timezone

from events.models import Project
from members.models import Theme
from portal.lifecycle import kinds, review
from portal.lifecycle.errors import Incomplete
from portal.models import HistoryEntry, Submission
from tests import factories

pytestmark = pytest.mark.django_db

# Values that today's columns could not have written: their fields changed, or rows were plain text.
MISFITS = [
    ("project", "partners", "Ailleurs"),
    ("project", "partners", ["Ailleurs"]),
    ("project", "partners", [{"organisation": "Ailleurs", "role": "lead"}]),
    ("project", "partners", [{"organisation": [1], "role": "lead"}]),
    ("project", "funding", [{"funder": 5, "amount": "5", "source": "Article"}]),
    ("project", "funding", [{"funder": "Région", "amount": "a lot", "source": "Article"}]),
    ("project", "themes", "sante"),
    ("project", "themes", ["sante"]),
    ("project", "themes", [{"code": "sante"}]),
    ("project", "themes", 5),
    ("project", "title_fr", {"fr": "Titre"}),
    ("project", "title_fr", 5),
    ("event", "starts_at", "in spring"),
    ("event", "starts_at", 2026),
    ("event", "starts_at", {"day": "2026-03-04"}),
    ("event", "all_day", "perhaps"),
    ("event", "price", "free"),
    ("event", "price", [5]),
    ("event", "languages", 5),
    ("event", "languages", {"fr": True}),
    ("event", "kind", ["workshop"]),
    ("event", "commune", "Lattes"),
    ("event", "commune", [1]),
    ("event", "image", 5),
]


def valid(kind, changes):
    """The values of an object that could be published."""
    given = {"title_fr": "Essai", "kind": "workshop", "stage": "idea", "period_fr": "Un jour"}
    blank = kind.content.blank
    return blank | {name: value for name, value in given.items() if name in blank} | changes


def waiting(kind, organisation, author, values, target=None):
    """A submission that holds these values, whoever could have written them."""
    return Submission.objects.create(
        kind=kind.content_type,
        target_id=target.pk if target else None,
        organisation=organisation,
        author=author,
        status="in_review",
        submitted_at=timezone.now(),
        values=values,
        base={name: kind.content.read(target).get(name) for name in values} if target else {},
    )


@pytest.mark.threat("T9", "older schema")
@pytest.mark.parametrize(("code", "name", "raw"), MISFITS)
def test_a_value_of_another_age_is_shown_as_it_is_and_not_written(code, name, raw, organisation):
    kind = kinds.named(code)

    assert kind.content.display(name, raw) == str(raw)
    with transaction.atomic():
        with pytest.raises(ValidationError) as refused:
            kind.content.write(kind.model(organisation=organisation), valid(kind, {name: raw}))
        transaction.set_rollback(True)
    assert set(refused.value.message_dict) == {name}
    assert kind.model._default_manager.count() == 0


@pytest.mark.threat("T9", "older schema")
@pytest.mark.parametrize(("code", "name", "raw"), MISFITS)
def test_a_form_begins_without_a_value_of_another_age(code, name, raw, organisation, alice):
    kind = kinds.named(code)
    held = waiting(kind, organisation, alice, valid(kind, {name: raw}))

    form = kind.form(
        kind.content,
        review.proposed(held),
        user=alice,
        organisation=organisation,
        submission=held,
    )

    assert form.proposed == valid(kind, {name: kind.content.blank[name]})
    assert "</fieldset>" in render_to_string("includes/_form_parts.html", {"form": form})


@pytest.mark.threat("T9", "older schema")
@pytest.mark.parametrize(
    ("code", "name", "raw"),
    [MISFITS[0], MISFITS[2], MISFITS[7], MISFITS[12], MISFITS[21]],
)
def test_pages_bear_with_a_value_of_another_age(
    code, name, raw, client, organisation, alice, dana, fay
):
    kind = kinds.named(code)
    make = factories.ProjectFactory if code == "project" else factories.EventFactory
    target = make(organisation=organisation)
    held = waiting(
        kind, organisation, alice, {name: raw, "summary_fr": "Un nouveau résumé."}, target
    )
    HistoryEntry.objects.create(target=target, action="edited", actor=fay, diff={name: [raw, raw]})

    def status(who, address):
        client.force_login(who, backend="members.backends.AddressBackend")
        return client.get(address).status_code

    desk = f"/fr/admin/portal/submission/{held.pk}"
    space = "evenements" if code == "event" else "projets"
    assert status(dana, f"{desk}/change/") == 200
    assert status(dana, f"{desk}/preview/") == 200
    assert status(dana, "/fr/admin/portal/submission/") == 200
    assert status(fay, f"/fr/admin/events/{code}/{target.pk}/history/") == 200
    assert status(alice, f"/fr/espace/demandes/{held.pk}/") == 200
    assert status(alice, f"/fr/espace/demandes/{held.pk}/apercu/") == 200
    assert status(alice, f"/fr/espace/{organisation.slug}/{space}/{target.pk}/historique/") == 200
    # The moderator publishes the rest; the author finds the field as it is live.
    review.publish(held, by=dana, fields=["summary_fr"])
    target.refresh_from_db()
    assert target.summary_fr == "Un nouveau résumé."
    review.take_back(held, by=alice)
    assert status(alice, f"/fr/espace/demandes/{held.pk}/modifier/") == 200


@pytest.mark.threat("T9", "older schema")
def test_rows_of_an_older_form_say_what_they_have_more(organisation, elsewhere, alice, dana):
    kind = kinds.named("project")
    rows = [
        {"organisation": organisation.pk, "role": "lead", "share": 60},
        {"organisation": elsewhere.pk},
    ]
    held = waiting(kind, organisation, alice, valid(kind, {"partners": rows}))

    assert "share: 60" in kind.content.display("partners", rows)
    with pytest.raises(Incomplete) as refused:
        review.publish(held, by=dana)

    assert [text.split(" – ")[0] for text in refused.value.errors["partners"]] == ["1. share"]
    assert not Project.objects.exists()


@pytest.mark.threat("T9", "unknown names", "keys and owner")
def test_values_bring_no_key_owner_state_or_address(organisation, elsewhere, alice, dana):
    kind = kinds.named("project")
    victim = factories.ProjectFactory(organisation=elsewhere)
    target = factories.ProjectFactory(organisation=organisation, title_fr="Avant")
    forged = {
        "id": victim.pk,
        "pk": victim.pk,
        "organisation": elsewhere.pk,
        "organisation_id": elsewhere.pk,
        "status": "withdrawn",
        "slug": "forged",
        "slug_fr": "forged",
        "version": 99,
        "published_at": "2000-01-01T00:00:00Z",
        "sources": [1],
    }
    before = kind.content.read(victim)
    held = waiting(kind, organisation, alice, {"title_fr": "Après"} | forged, target)

    with pytest.raises(Incomplete) as refused:
        review.publish(held, by=dana)
    assert set(refused.value.errors) == set(forged)
    review.publish(held, by=dana, fields=["title_fr"])

    target.refresh_from_db()
    victim.refresh_from_db()
    assert (target.title_fr, target.organisation, target.status) == (
        "Après",
        organisation,
        "published",
    )
    assert "forged" not in (target.slug_fr, target.slug_en)
    assert kind.content.read(victim) == before
    assert Project.objects.count() == 2


@pytest.mark.threat("T9", "keys and owner")
def test_a_row_brings_no_key_and_no_other_object(organisation, elsewhere, alice, dana):
    kind = kinds.named("project")
    other = factories.ProjectFactory(organisation=elsewhere)
    theirs = other.partners.get()
    row = {
        "id": theirs.pk,
        "pk": theirs.pk,
        "project": other.pk,
        "project_id": other.pk,
        "agreed_at": "2026-01-01T00:00:00Z",
        "organisation": elsewhere.pk,
        "role": "partner",
    }

    with pytest.raises(Incomplete):
        review.publish(
            waiting(kind, organisation, alice, valid(kind, {"partners": [row]})), by=dana
        )

    theirs.refresh_from_db()
    assert list(Project.objects.all()) == [other]
    assert (theirs.project, theirs.role) == (other, "lead")


@pytest.mark.threat("T9", "what is gone")
@pytest.mark.parametrize("column", ["themes", "partners", "commune"])
def test_what_is_gone_meanwhile_is_said(column, organisation, elsewhere, alice, dana):
    kind = kinds.named("event" if column == "commune" else "project")
    gone = {
        "themes": factories.ThemeFactory,
        "commune": factories.CommuneFactory,
        "partners": factories.OrganisationFactory,
    }[column]()
    key = gone.pk
    raw = {"themes": [key], "commune": key, "partners": [{"organisation": key, "role": "partner"}]}
    held = waiting(kind, organisation, alice, valid(kind, {column: raw[column]}))
    type(gone)._base_manager.filter(pk=key).delete()

    assert f"#{key}" in kind.content.display(column, raw[column])
    with pytest.raises(Incomplete) as refused:
        review.publish(held, by=dana)

    assert set(refused.value.errors) == {column}
    assert Theme.objects.count() == 0
    assert kind.model._default_manager.count() == 0


@pytest.mark.threat("T9", "no pickle")
def test_what_is_stored_is_json_and_nothing_that_could_run(settings):
    held = [*Submission._meta.fields, *HistoryEntry._meta.fields]
    stored = {field.name for field in held if isinstance(field, models.JSONField)}

    assert stored == {"values", "base", "diff"}
    assert settings.SESSION_SERIALIZER == "django.contrib.sessions.serializers.JSONSerializer"
    for package in ("portal", "members", "events"):
        for path in (settings.BASE_DIR / package).rglob("*.py"):
            assert not re.search(r"pickle|marshal\.|yaml\.load\(", path.read_text()), path
