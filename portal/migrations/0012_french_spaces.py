"""No-break spaces before the signs of those French texts of the site that nobody has written anew since.

Five ordinary spaces stood there, after which a line could begin with a colon or a question mark.
"""

import re
from importlib import import_module

from django.db import migrations

# The French of each page as the migrations before left it.
FRENCH = {
    code: texts[2] for code, texts in import_module("portal.migrations.0003_site_texts").TEXTS.items()
} | {
    code: texts["fr"]
    for code, texts in import_module("portal.migrations.0008_site_texts").TEXTS.items()
}


def with_spaces(text):
    return re.sub(r"(?<=\S) (?=[:;?!»])", "\u00a0", text)


def replace(apps, pairs):
    Page = apps.get_model("portal", "Page")
    for code, before, after in pairs:
        # French is kept under the plain name as well.
        Page.objects.filter(code=code, body_fr=before).update(body=after, body_fr=after)


def mend(apps, schema_editor):
    replace(apps, [(code, text, with_spaces(text)) for code, text in FRENCH.items()])


def take_back(apps, schema_editor):
    replace(apps, [(code, with_spaces(text), text) for code, text in FRENCH.items()])


class Migration(migrations.Migration):
    dependencies = [("portal", "0011_agreement_taken_back")]

    operations = [migrations.RunPython(mend, take_back)]
