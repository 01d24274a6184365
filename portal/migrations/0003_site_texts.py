"""The texts that every installation starts with, so that no link of the site leads nowhere.

They say what is true of any installation; the association completes them in the admin.
"""

from django.db import migrations

TEXTS = {
    "association": (
        "L’association",
        "The association",
        """IA Montpellier Méditerranée réunit les acteurs publics et privés de l’intelligence artificielle autour de Montpellier.

## Ses trois buts

- Fédérer les acteurs du territoire autour de l’IA.
- Mettre leurs forces en commun pour monter des projets ambitieux.
- Leur donner une visibilité commune, sous un label fort.

## Ce portail

L’annuaire présente les acteurs de l’IA du territoire. Tous ne sont pas membres de l’association : chaque fiche le précise.""",
        """IA Montpellier Méditerranée brings together public and private bodies that work on artificial intelligence around Montpellier.

## Its three aims

- To bring together those active in AI in the area.
- To pool their strengths so as to set up ambitious projects.
- To give them common visibility under a strong label.

## This portal

The directory lists those active in AI in the area. Not all of them are members of the association: each profile says so.""",
    ),
    "join": (
        "Adhérer",
        "Join",
        """Vous travaillez avec l’IA autour de Montpellier ? Ouvrez l’[espace membre](/fr/espace/), créez un compte et proposez votre organisation. L’équipe de l’association lit chaque proposition avant de la publier et vous répond par courriel.

Une fiche dans l’annuaire dit ce que vous faites ; elle ne fait pas de vous un membre. Si vous souhaitez aussi adhérer à l’association, dites-le dans votre message.""",
        """Do you work with AI around Montpellier? Open the [member area](/en/workspace/), create an account and propose your organisation. The association’s team reads each proposal before it is published and answers you by e-mail.

A profile in the directory says what you do; it does not make you a member. If you also wish to join the association, say so in your message.""",
    ),
    "contact": (
        "Contact",
        "Contact",
        """Pour proposer une organisation, un événement ou un projet, ou pour corriger une fiche, passez par l’[espace membre](/fr/espace/) : vous pouvez y joindre un message à l’équipe, qui vous répond par courriel.

L’équipe de l’association n’a pas encore indiqué ici ses autres coordonnées.""",
        """To propose an organisation, an event or a project, or to correct a profile, use the [member area](/en/workspace/): you can add a message to the team, who will answer you by e-mail.

The association’s team has not yet given its other contact details here.""",
    ),
    "accessibility": (
        "Déclaration d’accessibilité",
        "Accessibility statement",
        """Ce portail est **non conforme** au référentiel général d’amélioration de l’accessibilité (RGAA), version 4.1.2, parce qu’aucun audit n’a encore établi sa conformité.

Si vous ne parvenez pas à lire un contenu ou à utiliser un service, écrivez à l’association aux coordonnées de la page [Contact](/fr/association/contact/). Sans réponse satisfaisante, vous pouvez saisir le [Défenseur des droits](https://formulaire.defenseurdesdroits.fr/).""",
        """This portal is **not compliant** with the French accessibility standard RGAA, version 4.1.2, because no audit has yet established its compliance.

If you cannot read something or use a service, write to the association at the details given on the [Contact](/en/association/contact/) page. If you get no satisfactory answer, you may turn to the [Défenseur des droits](https://formulaire.defenseurdesdroits.fr/), the French public ombudsman.""",
    ),
    "legal-notice": (
        "Mentions légales",
        "Legal notice",
        """## Éditeur

Ce portail est édité par l’association IA Montpellier Méditerranée. Son équipe n’a pas encore indiqué ici l’adresse du siège, le nom de la personne qui dirige la publication et celui de l’hébergeur.

## Contenus et réutilisation

Les textes et les données de l’annuaire, des projets et de l’agenda sont réutilisables sous [Licence Ouverte 2.0](https://www.etalab.gouv.fr/licence-ouverte-open-licence/), à condition d’en citer la source et la date. Les logos, les photographies et les marques restent la propriété de leurs titulaires.""",
        """## Publisher

This portal is published by the association IA Montpellier Méditerranée. Its team has not yet given here the address of its registered office, the name of the person in charge of publication and that of the host.

## Content and reuse

The texts and data of the directory, the projects and the events may be reused under the [Open Licence 2.0](https://www.etalab.gouv.fr/licence-ouverte-open-licence/), provided that you cite their source and date. Logos, photographs and trade marks remain the property of their owners.""",
    ),
    "privacy": (
        "Données personnelles",
        "Personal data",
        """Lire ce portail ne demande aucun compte. Il ne contient ni publicité ni traceur, et aucune de ses pages n’appelle un service extérieur.

Si vous ouvrez un compte, le portail garde votre adresse électronique, votre nom si vous le donnez, une empreinte illisible de votre mot de passe, votre langue et vos rôles, tant que le compte existe. Il garde aussi les textes, les images et les messages que vous envoyez, et les décisions prises.

Le portail pose deux cookies, tous deux nécessaires : celui de la session et celui qui protège les formulaires.

Pour accéder à vos données, les corriger ou les faire effacer, écrivez à l’association. Si la réponse ne vous convient pas, vous pouvez adresser une réclamation à la [CNIL](https://www.cnil.fr/fr/plaintes).""",
        """You need no account to read this portal. It carries no advertising and no tracker, and none of its pages calls an outside service.

If you open an account, the portal keeps your e-mail address, your name if you give it, an unreadable hash of your password, your language and your roles, as long as the account exists. It also keeps the texts, images and messages that you send, and the decisions taken.

The portal sets two cookies, both necessary: that of the session and that which protects the forms.

To see your data, correct them or have them erased, write to the association. If the answer does not satisfy you, you may lodge a complaint with the French data protection authority, the [CNIL](https://www.cnil.fr/en/).""",
    ),
    "terms": (
        "Conditions d’utilisation",
        "Terms of use",
        """## Réutiliser les données

Les données publiques du portail sont sous [Licence Ouverte 2.0](https://www.etalab.gouv.fr/licence-ouverte-open-licence/). La licence ne couvre ni les logos, ni les photographies, ni les marques.

## Écrire pour une organisation

N’écrivez que pour une organisation qui vous y autorise, avec des informations exactes et des textes et des images dont vous avez les droits. Ne nommez une personne ou un partenaire qu’avec son accord.

## La relecture

L’équipe de l’association lit ce que vous envoyez avant de le publier. Elle publie, demande une correction ou refuse, et dit pourquoi.""",
        """## Reusing the data

The public data of the portal are under the [Open Licence 2.0](https://www.etalab.gouv.fr/licence-ouverte-open-licence/). The licence does not cover logos, photographs or trade marks.

## Writing for an organisation

Write only for an organisation that has authorised you, with accurate information and with texts and images that you have the right to use. Name a person or a partner only with their agreement.

## Review

The association’s team reads what you send before it is published. It publishes, asks for a correction or declines, and says why.""",
    ),
}


def write(apps, schema_editor):
    Page = apps.get_model("portal", "Page")
    for code, (title_fr, title_en, body_fr, body_en) in TEXTS.items():
        Page.objects.get_or_create(
            code=code,
            defaults={
                "title": title_fr,
                "title_fr": title_fr,
                "title_en": title_en,
                "body": body_fr,
                "body_fr": body_fr,
                "body_en": body_en,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("portal", "0002_search")]

    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
