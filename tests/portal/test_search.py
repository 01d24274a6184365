"""Search: the same questions and answers on both databases, and no text that breaks it."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.models import Event, Project
from members.models import Organisation
from portal import matches, search, search_models, views, words
from portal.search_models import KINDS_INDEXED, SearchDocument
from tests.factories import (
    EventFactory,
    OrganisationFactory,
    ProjectFactory,
    ThemeFactory,
    indexed_at_once,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]

# What is in no field but the name, to be found by it alone.
NAMES = [
    "AI-Stroke",
    "Bfore.ai",
    "CHU de Montpellier",
    "Département de l’Hérault",
    "DocSimulator",
    "ERIOS",
    "ERIOS#1",
    "Faculté de Médecine",
    "In Astra",
    "Les Halles de l'IA",
    "MedVallée",
    "Odyss'IA",
    "Pl@ntNet",
    "Programmer en C++",
    "Saint-Jean-de-Védas",
    "SLB",
]
# In French, in English; one text is often there in one language only.
TEXTS = {
    "Chercheuses": ("Des chercheuses étudient la génétique des végétaux.", ""),
    "Données": ("Les données de santé des hôpitaux régionaux sont protégées.", ""),
    "Learning": ("", "Federated learning keeps hospital data where universities store them."),
    "Organisé": ("Un évènement organisé par la métropole.", "An event for citizens."),
    "Œuvre": ("Le cœur de l’œuvre, c’est l’éthique.", "Ethics first, by organizers."),
}


@pytest.fixture
@indexed_at_once()
def corpus(db):
    for name in NAMES:
        OrganisationFactory(name=name, summary_fr="", summary_en="")
    for name, (french, english) in TEXTS.items():
        OrganisationFactory(name=name, summary_fr=french, summary_en=english)


def names_found(query: str) -> list[str]:
    found = search.matching(Organisation.objects.published(), query)
    return sorted(str(organisation) for organisation in found)


FOUND: dict[str, list[str]] = {
    # Names, as people type them.
    "Pl@ntNet": ["Pl@ntNet"],
    "plantnet": ["Pl@ntNet"],
    "plant net": ["Pl@ntNet"],
    "PL@NTNET": ["Pl@ntNet"],
    "erios": ["ERIOS", "ERIOS#1"],
    "erios1": ["ERIOS#1"],
    "erios 1": ["ERIOS#1"],
    "ERIOS#1": ["ERIOS#1"],
    "c++": ["Programmer en C++"],
    "ai stroke": ["AI-Stroke"],
    "ai-stroke": ["AI-Stroke"],
    "aistroke": ["AI-Stroke"],
    "odyssia": ["Odyss'IA"],
    "odyss'ia": ["Odyss'IA"],
    "odyss’ia": ["Odyss'IA"],
    "bfore": ["Bfore.ai"],
    "medvallee": ["MedVallée"],
    "med vallée": ["MedVallée"],
    "doc simulator": ["DocSimulator"],
    "st jean de vedas": ["Saint-Jean-de-Védas"],
    "in astra": ["In Astra"],
    "C.H.U. Montpellier": ["CHU de Montpellier"],
    # Articles that lost their vowel.
    "herault": ["Département de l’Hérault"],
    "l'hérault": ["Département de l’Hérault"],
    "les halles de l’ia": ["Les Halles de l'IA"],
    # An English reader types AI, a French one IA.
    "IA": ["AI-Stroke", "Bfore.ai", "Les Halles de l'IA", "Odyss'IA"],
    "ai": ["AI-Stroke", "Bfore.ai", "Les Halles de l'IA", "Odyss'IA"],
    # Accents, capitals, ligatures, other ways to write a letter.
    "genetique": ["Chercheuses"],
    "GÉNÉTIQUE": ["Chercheuses"],
    "ge\u0301ne\u0301tique": ["Chercheuses"],
    "coeur": ["Œuvre"],
    "ＣＯＥＵＲ": ["Œuvre"],
    # Forms of French words.
    "donnée": ["Données"],
    "donnees": ["Données"],
    "hôpital": ["Données"],
    "régional": ["Données"],
    "chercheur": ["Chercheuses"],
    "organisés": ["Organisé", "Œuvre"],
    "événements": ["Organisé"],
    "étudier": ["Chercheuses"],
    # Forms of English words, and both spellings.
    "hospitals": ["Learning"],
    "university": ["Learning"],
    "citizen": ["Organisé"],
    "organiser": ["Organisé", "Œuvre"],
    # Every word is required, in whichever language; words that tell nothing are not.
    "the data of hospitals": ["Learning"],
    "hospital federated": ["Learning"],
    "hospital genetics": [],
    "éthique organizers": ["Œuvre"],
    # The last word may be unfinished, from three letters on; the others may not.
    "médeci": ["Faculté de Médecine"],
    "facul med": [],
    "faculte med": ["Faculté de Médecine"],
    "SL": [],
    "slb": ["SLB"],
    # Stems that are too short would make these the same.
    "don santé": [],
    # No letter and no digit.
    "?!": [],
    "🌿": [],
    "\x00": [],
    "' \" * ( ) :": [],
}


def test_queries_find_what_they_mean(corpus):
    assert {query: names_found(query) for query in FOUND} == FOUND


def test_every_word_of_every_name_is_found(corpus):
    for name in NAMES:
        assert name in names_found(name)


@pytest.mark.parametrize("query", ["", "   ", "\u00a0"])
def test_empty_query_changes_nothing(corpus, query):
    everything = Organisation.objects.published()

    assert search.matching(everything, query) is everything


@pytest.mark.parametrize("language", ["fr", "en"])
def test_language_of_the_page_changes_nothing(corpus, language):
    with translation.override(language):
        found = names_found("hôpitaux")

    assert found == ["Données"]


@pytest.mark.threat("T22", "any text")
@pytest.mark.parametrize(
    "query",
    [
        "données AND", "OR", "NOT santé", "NEAR(a b)", "title:erios", "^erios", "er*ios*", '"', '""',
        "'", "a'b\"c", "-erios", "--", "(((", "erios)", "a:b:c", "\\", "%s %d %", "{}", "$$", ";",
        "'; DROP TABLE portal_searchdocument; --", "<->", "a & b | !c", "\ud800", "\x00erios\x1f",
        "🌿" * 50, "ا" * 300, "a" * 5000, "-".join("a" * 150), "a b " * 1000, "ﷺ" * 200, "漢字", "l'",
        "de la", "les", "C++#", "é" * 250, "‮erios", "1" * 200, "_ _", "a_b", "·", "events·event",
    ],
)  # fmt: skip
def test_hostile_query_is_answered(corpus, query):
    organisations = Organisation.objects.published()

    with transaction.atomic():
        assert search.matching(organisations, query).count() <= len(NAMES) + len(TEXTS)
        list(search.ranked(organisations, query))
        search.search(query, [organisations], limit=5)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=st.text(alphabet=st.characters(), max_size=300), cut=st.integers(0, 300))
def test_any_text_is_indexed_and_found_again(db, text, cut):
    # What a database cannot hold never reaches the index.
    name = text.encode(errors="ignore").decode().replace("\x00", "")[:150]
    organisation = Organisation(pk=1, name=name, slug="any", kind="company")
    search.index(organisation)

    made = words.of_texts({"fr": text, "en": text})
    assert all(word.isalnum() for word in made)
    assert len(list(search.ranked(Organisation.objects.published(), text[cut:]))) == 0
    wanted = words.read_query(name)
    if wanted:
        found = SearchDocument.objects.filter(words__match=words.AllOf(wanted.terms))
        assert found.count() == 1
    search.remove(organisation)


# --- Writing --------------------------------------------------------------------------------------


def test_index_writes_one_row_whatever_the_languages(django_assert_num_queries):
    organisation = OrganisationFactory(name="Deux langues", summary_en="Two languages")

    # For each language what it offers, its themes and what it is part of; its themes by their keys; the
    # title it had, the words that are known, and one write.
    with django_assert_num_queries(10):
        search.index(organisation)

    assert SearchDocument.objects.count() == 1


def test_index_all_takes_the_same_object_twice():
    organisation = OrganisationFactory(name="Deux fois")

    search.index_all([organisation, Organisation.objects.get(pk=organisation.pk)])

    assert names_found("deux fois") == ["Deux fois"]


def test_index_forgets_what_was_said_before():
    organisation = OrganisationFactory(name="Avant")

    organisation.name = "Après"
    search.index(organisation)

    Organisation.objects.update(name="Après")
    assert (names_found("avant"), names_found("apres")) == ([], ["Après"])


def test_index_removes_what_is_withdrawn():
    organisation = OrganisationFactory(name="Retirée", withdrawn=True)

    search.index(organisation)

    assert SearchDocument.objects.count() == 0


def test_row_left_behind_shows_nothing():
    organisation = OrganisationFactory(name="Retirée")
    Organisation.objects.update(status="withdrawn", withdrawn_at=organisation.published_at)

    published = Organisation.objects.published()

    assert list(search.matching(published, "retirée")) == []
    assert search.search("retirée", [published], limit=5) == search.Results(
        [], {Organisation: 0}, {Organisation: 0}
    )


def test_index_is_undone_with_the_transaction():
    organisation = OrganisationFactory(name="Avant")

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        organisation.name = "Après"
        search.index(organisation)
        raise ZeroDivisionError

    assert (names_found("avant"), names_found("apres")) == (["Avant"], [])


def test_kinds_do_not_mix():
    event = EventFactory(title_fr="Rencontre", title_en="", organisation=None)
    ProjectFactory(pk=event.pk, title_fr="Tirrex", title_en="", organisation=None)

    assert list(search.matching(Event.objects.all(), "tirrex")) == []
    assert str(search.matching(Project.objects.all(), "tirrex").get()) == "Tirrex"


# --- Order ----------------------------------------------------------------------------------------


def test_ranked_puts_the_title_first():
    for name, summary in [
        ("Autre", "On y parle de calcul intensif."),
        ("Calculette", "Des machines."),
        ("Centre de calcul", "Des machines."),
        ("Calcul", "Des machines."),
        ("Rien à voir", "Des machines."),
    ]:
        OrganisationFactory(name=name, summary_fr=summary, summary_en="")

    found = search.ranked(Organisation.objects.published(), "calcul")

    assert [(str(row), row.rank) for row in found] == [
        ("Calcul", 4),
        ("Centre de calcul", 3),
        ("Calculette", 2),
        ("Autre", 0),
    ]


def test_ranked_puts_any_full_name_first():
    OrganisationFactory(name="Amis du CINES")
    OrganisationFactory(
        name="Centre informatique", short_name="CINES", official_name="Centre national"
    )

    found = search.ranked(Organisation.objects.published(), "cines")

    assert [(str(row), row.rank) for row in found] == [
        ("Centre informatique", 4),
        ("Amis du CINES", 3),
    ]


def test_ranked_prefers_all_words_in_the_title():
    for title in ("Autre", "Forum", "Forum de la santé", "Santé : un forum", "Santé"):
        EventFactory(title_fr=title, title_en="", summary_fr="Le forum de la santé.")

    found = search.ranked(Event.objects.published(), "forum santé")

    ranks = {"Forum de la santé": 4, "Santé : un forum": 3, "Forum": 1, "Santé": 1, "Autre": 0}
    assert {str(row): row.rank for row in found} == ranks
    assert [row.rank for row in found] == sorted(ranks.values(), reverse=True)


def test_ranked_keeps_the_order_of_equals():
    for name in ("Zeta calcul", "Alpha calcul", "Mu calcul"):
        OrganisationFactory(name=name)
    published = Organisation.objects.published()

    by_default = [str(row) for row in search.ranked(published, "calcul")]
    reversed_ = [str(row) for row in search.ranked(published.order_by("-name"), "calcul")]

    assert by_default == ["Alpha calcul", "Mu calcul", "Zeta calcul"]
    assert reversed_ == by_default[::-1]


@pytest.mark.parametrize("query", ["", "…"])
def test_ranked_without_words_has_a_rank(corpus, query):
    found = search.ranked(Organisation.objects.published(), query)

    assert {row.rank for row in found} <= {0}


# --- Cost -----------------------------------------------------------------------------------------


def test_matching_and_ranked_cost_one_query(corpus, django_assert_num_queries):
    published = Organisation.objects.published()

    for query in ("ia", "ai stroke", "hôpitaux de montpellier"):
        with django_assert_num_queries(1):
            list(search.matching(published, query))
        with django_assert_num_queries(1):
            search.matching(published, query).count()
        with django_assert_num_queries(1):
            list(search.ranked(published, query)[:20])


def test_matching_combines_with_other_filters(corpus):
    theme = ThemeFactory(code="sante")
    chosen = Organisation.objects.get(name="Données")
    chosen.themes.add(theme)

    found = search.matching(Organisation.objects.filter(themes=theme).distinct(), "hôpital")

    assert list(found) == [chosen]
    assert search.matching(Organisation.objects.exclude(themes=theme), "hôpital").count() == 0


def test_search_costs_one_query_a_kind_and_one(corpus, django_assert_num_queries):
    EventFactory(title_fr="Les données", title_en="", organisation=None)
    ProjectFactory(title_fr="Données", title_en="", organisation=None)
    ProjectFactory(title_fr="Projet", title_en="", summary_fr="Des données.", organisation=None)
    querysets = [model.objects.published() for model in (Organisation, Event, Project)]

    with django_assert_num_queries(4):
        results = search.search("données", querysets, limit=3)

    # All three titles say just that: organisations come first, then events, then projects.
    assert [type(found) for found in results.objects] == [Organisation, Event, Project]
    assert results.counts == {Organisation: 1, Event: 1, Project: 2}
    assert results.total == 4


@pytest.fixture
def blocks(monkeypatch):
    """The latest rows of organisations, in blocks of four keys, are looked at first on PostgreSQL."""
    monkeypatch.setattr(matches, "BLOCK", 4)
    monkeypatch.setattr(search_models, "BLOCK", 4)
    for number in range(40):
        summary = "Ils parlent de calcul." if number % 2 else ""
        OrganisationFactory(name=f"Centre {number:02}", summary_fr=summary, summary_en="")
    last = Organisation.objects.order_by("pk").last()
    monkeypatch.setattr(matches, "_largest", {Organisation._meta.db_table: last.pk})


@pytest.mark.parametrize("most", [1, 3, 6, 11, 19, 20, 30])
def test_search_counts_all_or_tells_that_there_are_more(monkeypatch, blocks, most):
    monkeypatch.setattr(matches, "MOST", most)

    count = search.search("calcul", [Organisation.objects.published()], limit=5).counts[
        Organisation
    ]

    assert min(count, most + 1) == min(20, most + 1)


@pytest.mark.parametrize("most", [3, 11, 30])
def test_search_ranks_the_best_titles_wherever_they_are(monkeypatch, blocks, most):
    first, second, *_rest = Organisation.objects.order_by("pk")
    for organisation, name in ((first, "Calcul"), (second, "Vrai calcul")):
        organisation.name = name
        organisation.save()
        search.index(organisation)
    monkeypatch.setattr(matches, "MOST", most)

    found = search.search("calcul", [Organisation.objects.published()], limit=5, most=5)

    ranks = [(str(row), row.rank) for row in found.objects]
    assert ranks[:2] == [("Calcul", 4), ("Vrai calcul", 3)]
    assert [rank for _name, rank in ranks[2:]] == [0, 0, 0]


def test_search_of_very_many_looks_for_unfinished_words_too(monkeypatch, blocks):
    monkeypatch.setattr(matches, "MOST", 3)

    found = search.search("calc", [Organisation.objects.published()], limit=5, most=5)

    assert (len(found.objects), found.ranked[Organisation]) == (5, 5)
    assert found.counts[Organisation] > 3


@pytest.mark.parametrize("query", [" ", "?!", "introuvable"])
def test_search_for_nothing_finds_nothing(corpus, query):
    querysets = [model.objects.published() for model in (Organisation, Event, Project)]

    results = search.search(query, querysets, limit=3)

    none = {Organisation: 0, Event: 0, Project: 0}
    assert results == search.Results([], none, none)


# --- The text typed -------------------------------------------------------------------------------


def test_clean_query_keeps_what_was_typed():
    assert search.clean_query("  Pl@ntNet \t l’IA\u202f!  ") == "Pl@ntNet l’IA\u202f!"
    assert search.clean_query("é" * 200) == "é" * 200


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("a" * 201, search.QueryTooLong),
        ("a\x00b", search.QueryMalformed),
        ("a\x1b[0m", search.QueryMalformed),
        ("\x9f", search.QueryMalformed),
        ("\ud83c", search.QueryMalformed),
    ],
)
def test_clean_query_refuses_what_nobody_types(text, error):
    with pytest.raises(error) as refusal:
        search.clean_query(text)

    assert isinstance(refusal.value, search.QueryRefused)
    assert str(refusal.value) == str(error.message)


# --- The command ----------------------------------------------------------------------------------


def reindex(*args: str) -> str:
    out = io.StringIO()
    call_command("reindex", *args, stdout=out)
    return out.getvalue()


def test_reindex_writes_what_is_missing_and_removes_what_is_left(monkeypatch):
    monkeypatch.setattr(search, "BATCH", 2)
    for number in range(5):
        OrganisationFactory(name=f"Numéro {number}")
    gone = OrganisationFactory(name="Partie")
    search.remove(Organisation.objects.get(name="Numéro 3"))
    Organisation.objects.filter(pk=gone.pk).delete()

    with pytest.raises(CommandError):
        reindex("--check")
    said = reindex()

    assert "members.Organisation: 5" in said
    assert names_found("numéro") == [f"Numéro {number}" for number in range(5)]
    assert SearchDocument.objects.count() == 5
    assert "0 to write, 0 to remove" in reindex("--check")


def test_reindex_check_tells_rows_of_an_older_analysis(monkeypatch):
    OrganisationFactory()
    monkeypatch.setattr(words, "VERSION", words.VERSION + 1)

    with pytest.raises(CommandError, match="reindex"):
        reindex("--check")

    reindex()
    assert SearchDocument.objects.get().analyser == words.VERSION
    reindex("--check")


def test_rows_of_an_older_analysis_are_written_again_and_no_others(monkeypatch):
    monkeypatch.setattr(search, "BATCH", 2)
    for number in range(5):
        OrganisationFactory(name=f"Numéro {number}")
    gone, *old, kept = Organisation.objects.order_by("pk")
    SearchDocument.objects.exclude(object_id=kept.pk).update(analyser=words.VERSION - 1)
    SearchDocument.objects.update(words=[search.kind_of(Organisation), "lost"])
    Organisation.objects.filter(pk=gone.pk).delete()

    said = reindex("--older")

    assert "members.Organisation: 4" in said
    assert names_found("numéro") == sorted(map(str, old))
    assert names_found("lost") == [str(kept)]
    assert not SearchDocument.objects.filter(object_id=gone.pk).exists()


def test_long_text_is_kept_by_the_database():
    many = " ".join(f"{number}" + "漢" * 80 for number in range(6000))

    OrganisationFactory(name="Longue", description_fr=many)

    assert names_found("longue") == ["Longue"]


# --- The databases --------------------------------------------------------------------------------


def test_database_has_what_makes_it_quick():
    """A migration that copies the table on SQLite leaves its triggers behind: this would tell."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT indexname FROM pg_indexes WHERE tablename = 'portal_searchdocument'"
                " AND indexdef LIKE '%USING gin%'"
            )
            # Each kind that the site searches has one of its own.
            kinds = {search.kind_of(rows.model) for rows in views.searched().values()}
            assert kinds == set(KINDS_INDEXED)
            of_kinds = {"portal_searchdocument_" + kind.replace("·", "_") for kind in kinds}
            expected = {"portal_searchdocument_words", *of_kinds}
        else:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' "
                "AND tbl_name = 'portal_searchdocument'"
            )
            expected = {f"portal_searchdocument_{what}" for what in ("added", "changed", "removed")}
        found = {name for (name,) in cursor.fetchall()}

    assert found == expected


@pytest.mark.django_db(transaction=True)
def test_migration_can_be_undone():
    call_command("migrate", "portal", "0001", verbosity=0)
    try:
        tables = connection.introspection.table_names()
        assert [name for name in tables if "search" in name] == []
    finally:
        call_command("migrate", verbosity=0)

    OrganisationFactory(name="Revenue")
    assert names_found("revenue") == ["Revenue"]
