"""Better texts for those pages of the site that nobody has written anew since.

The accessibility statement says what was tested and what is not known, the legal notice how to report
content. What staff changed stays theirs.
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("portal.migrations.0003_site_texts").TEXTS

TEXTS = {
    "join": {
        "fr": """Vous travaillez avec l’IA autour de Montpellier ? Ouvrez l’[espace membre](/fr/espace/), créez un compte et proposez votre organisation. L’équipe de l’association lit chaque proposition avant de la publier et vous répond par e-mail.

Une fiche dans l’annuaire dit ce que vous faites ; elle ne fait pas de vous un membre. Si vous souhaitez aussi adhérer à l’association, dites-le dans votre message.""",
    },
    "contact": {
        "fr": """Pour proposer une organisation, un événement ou un projet, ou pour corriger une fiche, passez par l’[espace membre](/fr/espace/) : vous pouvez y joindre un message à l’équipe, qui vous répond par e-mail.

L’équipe de l’association n’a pas encore indiqué ici ses autres coordonnées.""",
    },
    "accessibility": {
        "fr": """L’association IA Montpellier Méditerranée souhaite que chacun puisse lire ce portail et y écrire, quels que soient son équipement et son handicap. Cette déclaration suit l’article 47 de la loi n° 2005-102 du 11 février 2005 ; elle vaut pour toutes les pages du portail, espace membre et administration compris.

## État de conformité

Ce portail est **non conforme** au référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1.2, parce qu’aucun audit n’a encore établi sa conformité.

## Ce qui a été essayé, et comment

Aucun audit n’a été mené. Les pages sont conçues selon le RGAA 4.1.2 et les règles internationales WCAG 2.2, niveau AA, et essayées à chaque modification du logiciel, ce qui ne remplace pas un audit :

- un outil automatique, axe-core, examine chaque sorte de page, dans les deux langues, en clair et en sombre, sur grand et sur petit écran ;
- des parcours sont faits au clavier seul : s’abonner à l’agenda, se connecter, relire une demande ; d’autres le sont sans script : modifier et envoyer une fiche, proposer un événement et un projet ;
- les contrastes sont recalculés à partir des couleurs de la feuille de style.

Ces essais utilisent le navigateur Chromium sous Linux. Le portail repose sur HTML, CSS et SVG ; JavaScript y est facultatif.

## Limites connues

- Aucun essai n’a encore été fait avec un lecteur d’écran, une plage braille, une loupe ou une commande vocale, ni par des personnes handicapées.
- Aucun autre navigateur n’a été essayé systématiquement.
- Les textes et les images que proposent les organisations peuvent manquer de clarté ou de description, malgré la relecture.
- Certains textes n’existent que dans une langue : la page le signale.
- Les figures sont des dessins complexes : un tableau ou une liste donne les mêmes données sur la même page.
- L’administration, réservée à l’équipe, reprend des pages du logiciel Django qui n’ont pas toutes été adaptées.

## Signaler un problème

Si vous ne parvenez pas à lire un contenu ou à utiliser un service, écrivez à l’association aux coordonnées de la page [Contact](/fr/association/contact/). Précisez l’adresse de la page, ce que vous vouliez faire et le matériel utilisé. L’association vous donnera le contenu sous une autre forme ou une autre façon de faire.

## Voies de recours

Si vous avez signalé à l’association un défaut qui vous empêche d’accéder à un contenu ou à un service, et que vous n’avez pas obtenu de réponse satisfaisante, vous pouvez :

- écrire un message au [Défenseur des droits](https://formulaire.defenseurdesdroits.fr/) ;
- contacter son [délégué dans votre département](https://www.defenseurdesdroits.fr/saisir/delegues) ;
- envoyer un courrier gratuit, sans timbre : Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07.

## Établissement de cette déclaration

Cette déclaration a été établie le 25 novembre 2026. Elle sera remplacée après le premier audit.""",
        "en": """The association IA Montpellier Méditerranée wants everyone to be able to read this portal and write in it, whatever their equipment or disability. This statement follows article 47 of the French law no. 2005-102 of 11 February 2005; it covers every page of the portal, the member area and the administration included.

## Compliance status

This portal is **not compliant** with the French accessibility standard RGAA, version 4.1.2, because no audit has yet established its compliance.

## What was tested, and how

No audit has been carried out. The pages are designed according to RGAA 4.1.2 and the international WCAG 2.2 guidelines, level AA, and tested at each change of the software, which does not replace an audit:

- an automatic tool, axe-core, examines each sort of page, in both languages, light and dark, on large and small screens;
- some journeys are made by keyboard alone: subscribing to the events, signing in, reviewing a request; others without script: editing and sending a profile, proposing an event and a project;
- contrasts are computed again from the colours of the style sheet.

These tests use the Chromium browser on Linux. The portal relies on HTML, CSS and SVG; JavaScript is optional.

## Known limits

- Nothing has been tested yet with a screen reader, a braille display, a magnifier or voice control, nor by disabled people.
- No other browser has been tested systematically.
- Texts and images written by organisations may lack clarity or a description, in spite of the review.
- Some texts exist in one language only: the page says so.
- Figures are complex drawings: a table or a list gives the same data on the same page.
- The administration, for the team only, has pages of the Django software that have not all been adapted.

## Reporting a problem

If you cannot read something or use a service, write to the association at the details given on the [Contact](/en/association/contact/) page. Say what the address of the page is, what you wanted to do and what equipment you use. The association will give you the content in another form, or another way of doing it.

## If you are not satisfied

If you reported to the association a fault that keeps you from content or from a service, and received no satisfactory answer, you may:

- send a message to the [Défenseur des droits](https://formulaire.defenseurdesdroits.fr/), the French public ombudsman;
- contact its [delegate in your area](https://www.defenseurdesdroits.fr/saisir/delegues);
- send a letter, no stamp needed in France: Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07.

## Date of this statement

This statement was made on 25 November 2026. It will be replaced after the first audit.""",
    },
    "legal-notice": {
        "fr": """## Éditeur

Ce portail est édité par l’association IA Montpellier Méditerranée. Son équipe n’a pas encore indiqué ici l’adresse du siège, le nom de la personne qui dirige la publication et celui de l’hébergeur.

## Contenus et réutilisation

Les textes et les données de l’annuaire, des projets et de l’agenda sont réutilisables sous [Licence Ouverte 2.0](https://www.etalab.gouv.fr/licence-ouverte-open-licence/), à condition d’en citer la source et la date. Les logos, les photographies et les marques restent la propriété de leurs titulaires.

## Signaler un contenu

Pour signaler un contenu inexact ou illicite, écrivez à l’association aux coordonnées de la page [Contact](/fr/association/contact/), en indiquant l’adresse de la page et la raison. Elle le corrige ou le retire s’il y a lieu, et vous répond.

## Crédits

Le logiciel de ce portail est libre, sous licence AGPL 3.0 ou ultérieure : l’association en donne le code source à qui le demande. Caractères : Bricolage Grotesque et Atkinson Hyperlegible Next (licence OFL 1.1).""",
        "en": """## Publisher

This portal is published by the association IA Montpellier Méditerranée. Its team has not yet given here the address of its registered office, the name of the person in charge of publication and that of the host.

## Content and reuse

The texts and data of the directory, the projects and the events may be reused under the [Open Licence 2.0](https://www.etalab.gouv.fr/licence-ouverte-open-licence/), provided that you cite their source and date. Logos, photographs and trade marks remain the property of their owners.

## Reporting content

To report content that is inaccurate or unlawful, write to the association at the details given on the [Contact](/en/association/contact/) page, with the address of the page and the reason. It corrects or withdraws it where called for, and answers you.

## Credits

The software of this portal is free, under the AGPL licence 3.0 or later: the association gives its source code to whoever asks. Typefaces: Bricolage Grotesque and Atkinson Hyperlegible Next (OFL licence 1.1).""",
    },
}


def write(apps, schema_editor):
    Page = apps.get_model("portal", "Page")
    for code, texts in TEXTS.items():
        before = dict(zip(("fr", "en"), BEFORE[code][2:], strict=True))
        for language, text in texts.items():
            untouched = Page.objects.filter(code=code, **{f"body_{language}": before[language]})
            # French is kept under the plain name as well.
            plain = {"body": text} if language == "fr" else {}
            untouched.update(**{f"body_{language}": text}, **plain)


class Migration(migrations.Migration):
    dependencies = [("portal", "0007_history_form_key")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
