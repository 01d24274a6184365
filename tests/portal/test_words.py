"""What a text is found by, apart from any database."""

import threading

import pytest

from portal import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l’Odyss'IA", ["ia", "odyss", "odyssi", "odyssia"]),
        ("DocSimulator", ["doc", "docsimulator", "simulator"]),
        ("Pl@ntNet", ["net", "plant", "plantnet"]),
        ("ERIOS#1", ["1", "erios", "erios1"]),
        ("I.A.", ["i", "ia"]),
        ("C++, C#", ["cplusplus", "csharp"]),
        ("contact@inria.fr", ["contact", "contactinriafr", "fr", "inri", "inria"]),
        ("La donnée et les données", ["donne", "donnee", "donnees"]),
        ("…", []),
    ],
)
def test_french_text_gives_words_and_stems(text, expected):
    found = words.of_texts({"fr": text})

    assert found == expected


def test_long_text_is_cut_to_what_a_database_takes():
    many = " ".join(f"{number}" + "漢" * 80 for number in range(6000))

    made = words.of_texts({"fr": many, "en": many})

    assert len(made) <= words.MOST_WORDS + 10
    assert max(map(len, made)) <= words.LONGEST_WORD


def test_long_query_is_cut_to_what_a_person_types():
    wanted = words.read_query("mot clé numéro " * 1000 + " ".join("abcdefghijklmnopqrstuvwxyz"))

    assert wanted is not None
    assert len(wanted.terms) <= words.MOST_QUERY_WORDS


def test_stems_come_out_the_same_from_many_threads():
    vocabulary = [f"{root}{end}" for root in ("organis", "financ", "chercheu") for end in "abcdef"]
    expected = [words.stems(word, "fr") for word in vocabulary]
    seen = []

    def stem():
        for _ in range(20):
            seen.append([words.stems.__wrapped__(word, "fr") for word in vocabulary])

    threads = [threading.Thread(target=stem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [found for found in seen if found != expected] == []
