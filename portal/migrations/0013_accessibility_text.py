"""The accessibility statement tells which paths are taken by keyboard and without script, and that no page
has to be scrolled sideways; where nobody has written it anew since."""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("portal.migrations.0008_site_texts").TEXTS["accessibility"]

# Each line that is no longer all there is to say, and those in its place.
LINES = {
    "fr": (
        "- des parcours sont faits au clavier seul : s’abonner à l’agenda, se connecter, relire une demande ; d’autres le sont sans script : modifier et envoyer une fiche, proposer un événement et un projet ;",
        """- chaque sorte de page tient dans la largeur d’un écran de 320 pixels, et d’un grand écran quand le texte est agrandi à 200 % ;
- les parcours principaux sont faits au clavier seul, avec et sans script : trouver une organisation, s’abonner à l’agenda, se connecter, modifier une fiche et l’envoyer en relecture, décider d’une demande ;""",
    ),
    "en": (
        "- some journeys are made by keyboard alone: subscribing to the events, signing in, reviewing a request; others without script: editing and sending a profile, proposing an event and a project;",
        """- each sort of page fits the width of a screen of 320 pixels, and that of a large screen when its text is enlarged to 200%;
- the main journeys are made by keyboard alone, with and without script: finding an organisation, subscribing to the events, signing in, editing a profile and sending it for review, deciding on a request;""",
    ),
}


def write(apps, schema_editor):
    Page = apps.get_model("portal", "Page")
    for language, (line, lines) in LINES.items():
        before = BEFORE[language]
        text = before.replace(line, lines)
        untouched = Page.objects.filter(code="accessibility", **{f"body_{language}": before})
        # French is kept under the plain name as well.
        plain = {"body": text} if language == "fr" else {}
        untouched.update(**{f"body_{language}": text}, **plain)


class Migration(migrations.Migration):
    dependencies = [("portal", "0012_french_spaces")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
