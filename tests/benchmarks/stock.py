"""The words that the rows of the benchmark are made of, in French and in English."""

from portal.words import fold

Pair = tuple[str, str]

# What events and projects are about; the first ones are the most frequent.
TOPICS: list[Pair] = [
    ("l’intelligence artificielle en santé", "artificial intelligence in health care"),
    ("les grands modèles de langue", "large language models"),
    ("la protection des données", "data protection"),
    ("l’imagerie médicale", "medical imaging"),
    ("la viticulture de précision", "precision viticulture"),
    ("la gestion de l’eau", "water management"),
    ("la robotique collaborative", "collaborative robotics"),
    ("le calcul à haute performance", "high-performance computing"),
    ("la mobilité en ville", "urban mobility"),
    ("l’éthique des algorithmes", "the ethics of algorithms"),
    ("la cybersécurité des hôpitaux", "cybersecurity in hospitals"),
    ("la qualité de l’air", "air quality"),
    ("les jumeaux numériques", "digital twins"),
    ("la traduction automatique", "machine translation"),
    ("l’apprentissage fédéré", "federated learning"),
    ("la génomique des plantes", "plant genomics"),
    ("la relation avec les usagers", "relations with the public"),
    ("la formation des enseignants", "teacher training"),
    ("la sobriété des centres de données", "frugal data centres"),
    ("les données ouvertes", "open data"),
    ("la détection des feux de forêt", "wildfire detection"),
    ("la maintenance prédictive", "predictive maintenance"),
    ("l’accessibilité des services", "accessible services"),
    ("le patrimoine méditerranéen", "Mediterranean heritage"),
    ("la logistique portuaire", "port logistics"),
    ("la recherche clinique", "clinical research"),
    ("les capteurs embarqués", "embedded sensors"),
    ("la biodiversité marine", "marine biodiversity"),
    ("l’explicabilité des décisions", "explainable decisions"),
    ("la gestion de l’énergie", "energy management"),
    ("le droit du numérique", "digital law"),
    ("la vision par ordinateur", "computer vision"),
    ("l’agriculture urbaine", "urban farming"),
    ("les assistants conversationnels", "conversational assistants"),
    ("la prévention des crues", "flood prevention"),
    ("la création artistique", "artistic creation"),
    ("les essais de médicaments", "drug trials"),
    ("le logement social", "social housing"),
    ("la synthèse de la parole", "speech synthesis"),
    ("l’emploi des jeunes", "youth employment"),
]

# How events of a kind are called.
FORMS: dict[str, Pair] = {
    "conference": ("Conférence", "Conference"),
    "workshop": ("Atelier", "Workshop"),
    "meetup": ("Rencontre", "Meet-up"),
    "training": ("Formation", "Training day"),
    "webinar": ("Webinaire", "Webinar"),
    "round-table": ("Table ronde", "Round table"),
    "forum": ("Forum", "Forum"),
    "hearing": ("Audition", "Hearing"),
    "consultation": ("Concertation", "Consultation"),
    "assembly": ("Assemblée", "Assembly"),
}
ANGLES: list[Pair] = [
    ("de l’idée au prototype", "from idea to prototype"),
    ("état des lieux et perspectives", "where we stand and where we go"),
    ("retours d’expérience", "lessons learnt"),
    ("quelles données pour quels usages ?", "which data for which uses?"),
    ("les collectivités témoignent", "local authorities report"),
    ("premiers résultats", "first results"),
    ("un guide pour commencer", "a guide for beginners"),
    ("le point de vue des patients", "the view of patients"),
    ("financer son projet", "how to fund a project"),
    ("ce que dit le règlement européen", "what the European regulation says"),
    ("mesurer pour décider", "measuring to decide"),
    ("démonstrations et échanges", "demonstrations and exchanges"),
    ("recruter et former", "recruiting and training"),
    ("un outil pour les petites entreprises", "a tool for small companies"),
    ("la recherche ouvre ses portes", "research opens its doors"),
]
VENTURES: list[Pair] = [
    ("Plateforme pour", "A platform for"),
    ("Observatoire de", "An observatory of"),
    ("Modèles pour", "Models for"),
    ("Réseau autour de", "A network about"),
    ("Jeux de données sur", "Data sets on"),
    ("Démonstrateur :", "A demonstrator:"),
]
# Sentences of summaries and descriptions; "{}" is a topic.
SENTENCES: list[Pair] = [
    (
        "Une demi-journée pour comprendre ce que {} change dans le travail de chacun.",
        "Half a day to understand how {} changes everybody’s work.",
    ),
    (
        "Des équipes du territoire présentent leurs résultats sur {} et répondent aux questions.",
        "Local teams present their results on {} and answer questions.",
    ),
    (
        "Nous cherchons des partenaires qui ont déjà travaillé sur {} avec des données réelles.",
        "We look for partners who have already worked on {} with real data.",
    ),
    (
        "Les méthodes sont publiées en libre accès, et le code est partagé sous licence libre.",
        "The methods are published in open access, and the code is shared under a free licence.",
    ),
    (
        "Aucune connaissance préalable n’est demandée : les exemples partent de situations simples.",
        "No previous knowledge is needed: the examples start from simple situations.",
    ),
    (
        "Un jury de chercheurs, d’élus et d’habitants a choisi {} parmi douze propositions.",
        "A jury of researchers, elected officials and residents chose {} among twelve proposals.",
    ),
    (
        "Le nombre de places est limité ; l’inscription est gratuite et ouverte à tous.",
        "Places are limited; registration is free and open to everybody.",
    ),
    (
        "Ce travail prolonge une thèse soutenue à Montpellier sur {}.",
        "This work follows a thesis defended in Montpellier on {}.",
    ),
    (
        "Les données restent chez ceux qui les produisent, et seuls les modèles circulent.",
        "Data stay with those who produce them, and only models travel.",
    ),
    (
        "La Métropole met à disposition un terrain d’essai et trois années de mesures.",
        "The Metropolis provides a test site and three years of measurements.",
    ),
    (
        "Un premier bilan sur {} sera rendu public avant la fin de l’année.",
        "A first report on {} will be made public before the end of the year.",
    ),
    (
        "L’équipe réunit des ingénieures, des juristes, des médecins et des sociologues.",
        "The team brings together engineers, lawyers, doctors and sociologists.",
    ),
    (
        "Les entreprises peuvent venir avec un cas concret et repartir avec un plan d’action.",
        "Companies may come with a case of their own and leave with a plan.",
    ),
    (
        "Voir aussi la [page du programme](https://example.org/programme) consacrée à {}.",
        "See also the [page of the programme](https://example.org/programme) about {}.",
    ),
    (
        "**À retenir** : {} demande du temps, des données bien décrites et de la confiance.",
        "**In short**: {} takes time, well described data and trust.",
    ),
    (
        "Les échanges se poursuivent autour d’un buffet dans la cour du bâtiment principal.",
        "The exchanges go on around a buffet in the courtyard of the main building.",
    ),
]
HEADINGS: list[Pair] = [
    ("## Au programme", "## Programme"),
    ("## Objectifs", "## Aims"),
    ("## Pour qui", "## For whom"),
]
POINTS: list[Pair] = [
    ("- présentation de {} en vingt minutes", "- an introduction to {} in twenty minutes"),
    ("- atelier en petits groupes", "- work in small groups"),
    ("- questions et réponses avec les équipes", "- questions and answers with the teams"),
    ("- bilan sur {} et suites", "- conclusions on {} and what comes next"),
]
# How organisations of a kind are called, before the name that is theirs alone.
BODIES: dict[str, list[str]] = {
    "startup": ["", ""],
    "company": ["", "Groupe"],
    "laboratory": ["Laboratoire", "Unité"],
    "network": ["Réseau", "Cluster"],
    "research-organisation": ["Institut"],
    "school": ["École"],
    "local-authority": ["Communauté de communes"],
    "university": ["Université"],
    "hospital": ["Clinique", "Hôpital"],
    "infrastructure": ["Plateforme"],
    "place": ["Maison"],
    "foundation": ["Fondation"],
    "programme": ["Programme"],
    "state": ["Direction régionale"],
}
SYLLABLES = tuple(
    """ba be bio bri ca cal cen da del do el en fa flo ga gen ha hel i in ka la lem lo lu ma me mi
    mon na ne no nu o or pa pe pi po qua ra re ri ro sa se si so ta te ti to tri u va ve vi vo xa
    ya ze zo""".split()  # noqa: SIM905 - a list would fill sixty lines
)
ENDS = ["", "n", "tis", "lab", "ra"]
COINED = len(SYLLABLES) ** 2
FIRST_NAMES = ["Claire", "Jean", "Nadia", "Hugo", "Inès", "Paul", "Léa", "Karim", "Sophie", "Marc"]
ROLES: list[Pair] = [
    ("directrice", "director"),
    ("responsable de l’innovation", "head of innovation"),
    ("chercheur", "researcher"),
    ("cheffe de projet", "project manager"),
]
PLACES = [
    "Corum",
    "Faculté de médecine",
    "Halle Tropisme",
    "Le Gazette Café",
    "Cap Omega",
    "Campus Triolet",
    "Salle Pétrarque",
    "Pierresvives",
    "MIBI",
    "Médiathèque Émile-Zola",
]
FUNDERS = [
    "Union européenne",
    "France 2030",
    "Agence nationale de la recherche",
    "Région Occitanie",
]
PUBLISHERS = ["Midi Libre", "La Gazette de Montpellier", "Les Échos", "Le Monde"]
# What people look for: words of the texts above, some of them misspelled, unfinished or of both
# languages.
QUERIES = [
    *("santé", "données", "health", "robotique", "eau", "imagerie médicale", "open data"),
    *("intelligence artificielle", "machine translation", "vigne", "atelier données", "AI health"),
    *("cybersécurité hôpitaux", "formation", "biodiversité", "water", "energy management"),
    *("jumeaux numériques", "modèles de langue", "Montpellier", "laboratoire", "réseau eau"),
    *(
        "federated",
        "conférence santé Montpellier",
        "robot",
        "droit numérique",
        "webinar",
        "éthique",
    ),
    *("génomique", "qualité de l’air", "capteurs", "prototype", "recherche clinique", "robotqiue"),
]


def name_of(number: int, kind: str) -> str:
    """What the organisation of this number is called."""
    mixed = number * 2654435761 % 2**32
    bodies = BODIES[kind]
    return f"{bodies[mixed % len(bodies)]} {coined(mixed)} {coined(mixed // COINED)}".strip()


def coined(number: int) -> str:
    """A word that no dictionary has; there are COINED different ones."""
    first, second = number % len(SYLLABLES), number // len(SYLLABLES) % len(SYLLABLES)
    return (SYLLABLES[first] + SYLLABLES[second] + ENDS[(first + second) % len(ENDS)]).capitalize()


def sort_name(name: str) -> str:
    """The name as `Organisation.save` keeps it to put lists in order."""
    return fold(name)[:150]
