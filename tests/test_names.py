"""Which names each door lets in: the forms of editors, the desk of the staff, the API (THREATS T1).

What is not written here is not read, whatever a request contains. A name that is added to a model does
not pass any door by itself: somebody writes it down here first.
"""

import pytest
from django.contrib import admin
from rest_framework import serializers

from events import serializers as of_events
from members import serializers as of_members
from portal import i18n
from portal.desk.direct import PublishedDesk
from portal.lifecycle import kinds

pytestmark = pytest.mark.django_db

# What a content form says to itself.
OF_THE_FORM = "key message seen token"
CONTENT = {
    "organisation": "address commune description_en description_fr former_name kind latitude logo "
    "logo_alt_en logo_alt_fr logo_kept logo_remove longitude name official_name postcode rna "
    "ror short_name siren summary_en summary_fr themes website",
    "event": "address all_day attendance attendance_qualifier audience commune description_en "
    "description_fr end_date end_time image image_alt_en image_alt_fr image_kept image_remove kind "
    "languages online_url outcome period_en period_fr place price projects registration_url "
    "start_date start_time summary_en summary_fr themes timezone title_en title_fr",
    "project": "description_en description_fr ends_on image image_alt_en image_alt_fr image_kept "
    "image_remove stage starts_on summary_en summary_fr themes title_en title_fr",
}
ROWS = {
    "organisation.parents": "organisation",
    "organisation.exchanges": "direction text_en text_fr topic",
    "organisation.links": "label url",
    "organisation.contacts": "email name phone role visibility",
    "event.organisers": "organisation",
    "project.partners": "organisation role",
    "project.funding": "amount funder organisation programme_en programme_fr source_en source_fr "
    "year",
    "project.figures": "date label_en label_fr source_en source_fr value_en value_fr",
    "project.links": "label url",
}
# What staff write, in a new row and in one that exists.
DESK = {
    "College": ("code name_en name_fr", "name_en name_fr"),
    "Commune": ("code latitude longitude name", "latitude longitude name"),
    "Distinction": (
        "awarded_by date level organisation person reason_en reason_fr sources title_en title_fr",
    )
    * 2,
    "Event": ("note organisation slug_en slug_fr sources",) * 2,
    "Membership": ("college organisation since until",) * 2,
    "Organisation": ("note slug sources",) * 2,
    "Page": ("", "body_en body_fr title_en title_fr"),
    "Person": ("name organisation role_en role_fr sources",) * 2,
    "Project": ("note organisation slug_en slug_fr sources",) * 2,
    "Seat": ("organisation role user", "role"),
    "Source": (
        "code date publisher title_en title_fr url",
        "date publisher title_en title_fr url",
    ),
    "Theme": ("code name_en name_fr triptych", "name_en name_fr triptych"),
    "Trust": ("kind organisation",) * 2,
    "User": ("email full_name is_active is_staff is_superuser language review_mail",) * 2,
}
# What no form of an editor may ever write.
NEVER = (
    "agreed_at agreed_by agreement_source asked_at author check_asked_on declined_at id is_staff "
    "is_superuser organisation organisation_id outdated owner pk position published_at slug slug_en "
    "slug_fr sort_name sources status submission target updated_at verified_on version withdrawn_at"
)


def names(form) -> set[str]:
    return set(form.fields)


@pytest.mark.threat("T1", "snapshot", "extra names")
@pytest.mark.parametrize("code", CONTENT)
def test_editors_write_these_names_and_no_other(code, alice, organisation):
    kind = kinds.named(code)
    form = kind.form(kind.content, kind.content.blank, user=alice, organisation=organisation)

    assert names(form) == {*CONTENT[code].split(), *OF_THE_FORM.split()}
    assert {f"{code}.{name}": names(rows.forms[0]) for name, rows in form.rows.items()} == {
        name: set(fields.split()) for name, fields in ROWS.items() if name.startswith(f"{code}.")
    }
    assert not {*kind.content.names, *names(form)} & set(NEVER.split())


@pytest.mark.threat("T1", "translated twins")
@pytest.mark.parametrize("code", CONTENT)
def test_both_languages_of_a_text_have_the_same_right(code):
    """Beside a field of modeltranslation stand its columns: a door for one is a door for both."""
    content = kinds.named(code).content
    models = {content.model: content.columns}
    models |= {content.row_model(name): content.row_columns(name) for name in content.rows}

    for model, columns in models.items():
        for column in columns:
            name, language = i18n.split(model, column)
            assert set(i18n.columns(model, name)) <= set(columns)
            assert bool(language) == i18n.is_translated(model, name)
    # The addresses of pages have two languages as well, and editors write neither.
    assert not {"slug", "slug_fr", "slug_en"} & set(content.names)


@pytest.mark.threat("T1", "snapshot", "translated twins")
def test_staff_write_these_names_and_no_other(rf, fay):
    request = rf.get("/")
    request.user = fay

    found = {}
    for model, desk in admin.site._registry.items():
        if isinstance(desk, PublishedDesk):
            found[model.__name__] = (names(desk.staff_form(model())),) * 2
        elif desk.has_change_permission(request):
            new = desk.get_form(request).base_fields if desk.has_add_permission(request) else ()
            old = desk.get_form(request, model(pk=999), change=True).base_fields
            found[model.__name__] = (set(new), set(old))

    assert found == {
        name: tuple(set(fields.split()) for fields in both) for name, both in DESK.items()
    }


@pytest.mark.threat("T1", "extra names")
@pytest.mark.parametrize("module", [of_members, of_events])
def test_the_api_writes_nothing_and_names_its_fields(module):
    classes = [
        each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, serializers.ModelSerializer)
        and each.__module__ == module.__name__
    ]

    assert classes
    for each in classes:
        assert isinstance(each.Meta.fields, tuple | list), each
        secret = {"password", "folded_email", "version", "token_hash", "agreed_by", "author"}
        assert not secret & set(each().fields), each
