"""An organisation had one parent and nobody asked it: each becomes a row that it can agree to.

What was public stays public, its agreement recorded as stated on the profile. What is held or was
noted in the history under "parent" is carried over, so that it can still be published or restored.
"""

from django.db import migrations
from django.utils import timezone

SOURCE = "Fiche publiée avant que l’accord soit demandé"


def rows(parent):
    return [{"organisation": parent}] if parent else []


def renamed(values):
    """JSON with "parents" in place of "parent"; None if there was none."""
    if "parent" not in values:
        return None
    return {
        ("parents" if name == "parent" else name): (rows(value) if name == "parent" else value)
        for name, value in values.items()
    }


def forwards(apps, schema_editor):
    Organisation = apps.get_model("members", "Organisation")
    Affiliation = apps.get_model("members", "Affiliation")
    now = timezone.now()
    Affiliation.objects.bulk_create(
        [
            Affiliation(
                part_id=part, organisation_id=parent,
                asked_at=now, agreed_at=now, agreement_source=SOURCE,
            )
            for part, parent in Organisation.objects.exclude(parent=None).values_list("pk", "parent")
        ],
        batch_size=500,
    )
    of_organisations = {"app_label": "members", "model": "organisation"}
    kind = apps.get_model("contenttypes", "ContentType").objects.filter(**of_organisations).first()
    if kind is None:
        return
    for held in apps.get_model("portal", "Submission").objects.filter(kind=kind).iterator():
        values, base = renamed(held.values), renamed(held.base)
        if values is not None or base is not None:
            held.values, held.base = values or held.values, base or held.base
            held.save(update_fields=["values", "base"])
    for entry in apps.get_model("portal", "HistoryEntry").objects.filter(target_type=kind).iterator():
        if "parent" in entry.diff:
            before, after = entry.diff.pop("parent")
            entry.diff["parents"] = [rows(before), rows(after)]
            entry.save(update_fields=["diff"])


def backwards(apps, schema_editor):
    Organisation = apps.get_model("members", "Organisation")
    for row in apps.get_model("members", "Affiliation").objects.order_by("-position", "-pk"):
        Organisation.objects.filter(pk=row.part_id).update(parent=row.organisation_id)


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0003_affiliation'),
        ('portal', '0003_site_texts'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [migrations.RunPython(forwards, backwards)]
