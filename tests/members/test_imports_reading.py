"""A file as it comes: however a spreadsheet wrote it, or refused with what to do about it."""

import io
import zipfile

import pytest
from django.utils.translation import override

from members.imports import columns, reading
from portal import spreadsheets
from tests.members.imports import table

pytestmark = pytest.mark.django_db

TEXT = "Nom;Résumé (français)\r\nÉcole;Été\r\n"
READ = [(2, {"name": "École", "summary_fr": "Été"})]


def read(data):
    return [(row.number, row.cells) for row in reading.read(data).rows]


def faults(data):
    with override("en"):
        return {row.number: str(row.fault) for row in reading.read(data).rows if row.fault}


def refused(data):
    with override("en"), pytest.raises(reading.Unreadable) as refusal:
        reading.read(data)
    with override("en"):
        return str(refusal.value)


@pytest.mark.threat("T20", "encodings")
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),  # little or big, with its mark
        ("cp1252", "cp1252"),
    ],
)
def test_file_is_read_however_it_is_encoded(encoding, told):
    data = TEXT.encode(encoding)

    assert (read(data), reading.read(data).encoding) == (READ, told)


@pytest.mark.threat("T20", "encodings")
def test_big_endian_file_is_read():
    assert read(b"\xfe\xff" + TEXT.encode("utf-16-be")) == READ


@pytest.mark.threat("T20", "encodings")
@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-16-le"),  # without its mark
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16")[:-1],
        b"Nom;Type\n\x81\x8d;x\n",
        b"\xd0\xcf\x11\xe0" + b"\x00" * 600,  # an old workbook
        b"PK\x03\x04",
    ],
)
def test_what_is_no_text_is_refused_with_a_remedy(data):
    assert refused(data) == (
        "This is no text file. In your spreadsheet, save the table under another format: “CSV UTF-8”."
    )


@pytest.mark.threat("T20", "archives")
def test_archive_is_not_opened():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet.xml", "0" * 10_000_000)

    assert refused(packed.getvalue()).startswith("This is no text file.")


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("first", ["", "sep={delimiter}\r\n"])
def test_file_is_cut_as_its_titles_say(delimiter, first):
    text = first.format(delimiter=delimiter) + TEXT.replace(";", delimiter)

    assert [cells for _number, cells in read(text.encode())] == [READ[0][1]]


@pytest.mark.parametrize("title", ["NOM", "nom", " Nom ", "Name", "name"])
def test_titles_are_known_in_both_languages(title):
    assert read(table(["École"], titles=[title])) == [(2, {"name": "École"})]


def test_lines_are_counted_as_a_spreadsheet_does():
    assert read(b'Nom;Type\n"Un\nnom";x\n\n;\nAutre;y\n') == [
        (2, {"name": "Un\nnom", "kind": "x"}),
        (5, {"name": "Autre", "kind": "y"}),
    ]


@pytest.mark.threat("T20", "line by line")
@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"a", "Cells in this line: 1; titles in the first line: 2."),
        (b"a;b;c", "Cells in this line: 3; titles in the first line: 2."),
        (
            b'"a"x;b',
            "A quotation mark stands in the middle of a cell: double it, or take it out.",
        ),
        (b"a\x00;b", "There is a character here that no text has (NUL): take it out."),
        (b"a" * 20_001 + b";b", "A cell is longer than 20,000 characters: shorten it."),
    ],
)
def test_wrong_line_is_told_and_the_others_are_read(line, fault):
    data = b"Nom;Type\nUn;x\n" + line + b"\nDeux;y\n"

    assert faults(data) == {3: fault}
    assert [cells["name"] for _number, cells in read(data) if cells] == ["Un", "Deux"]


def test_empty_cells_beside_the_titles_are_no_fault():
    assert read(b"Nom;Type;;\nUn;x;;;\n") == [(2, {"name": "Un", "kind": "x"})]


@pytest.mark.threat("T20", "line by line")
@pytest.mark.parametrize(
    "data", [b'Nom;Type\nUn;x\n"Deux;y\nTrois;z\n', b'Nom\nUn\n"' + b"x" * 200_000]
)
def test_cell_without_an_end_is_refused_with_its_line(data):
    assert refused(data).startswith("Line 3: a quotation mark begins a cell that does not end.")


@pytest.mark.threat("T20", "size")
def test_stated_limits_hold(monkeypatch):
    monkeypatch.setattr(reading, "MOST_LINES", 3)
    monkeypatch.setattr(reading, "MOST_COLUMNS", 3)

    assert len(read(table(["a"], ["b"], ["c"], titles=["Nom"]))) == 3
    more = refused(table(["a"], ["b"], ["c"], ["d"], titles=["Nom"]))
    assert more == "There are more than 3 lines: make several files of it."
    wide = refused(table(["a"], titles=["Nom", "A", "B", "C"]))
    assert wide == "There are more than 3 columns: keep those of the example."
    monkeypatch.setattr(reading, "MOST_BYTES", 1024 * 1024)
    assert refused(b"Nom\n" + b"x\n" * 524_287).startswith("The file is larger than 1 MB")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "The first line has no title by which an organisation is known"),
        (b"\n\n", "The first line has no title by which an organisation is known"),
        (b"A;B\n1;2\n", "The first line has no title by which an organisation is known"),
        (b"Type\nx\n", "The first line has no title by which an organisation is known"),
        (b'"Nom\nx\n', "The first line has no title by which an organisation is known"),
        (b"Nom;Type\n", "There is no line below the titles"),
        (b"Nom;Type\n;\n", "There is no line below the titles"),
        (b"Nom;Name\na;b\n", "The column “Nom” is there twice"),
    ],
)
def test_file_that_says_nothing_is_refused(data, reason):
    assert refused(data).startswith(reason)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_column_of_the_example_is_taken(language):
    with override(language):
        titles, cells = columns.example()
        said = [spreadsheets.cell(cell) for cell in cells]
    found = reading.read(table(said, titles=titles))

    assert (found.ignored, found.unknown) == ([], [])
    assert columns.is_example(found.rows[0].cells["name"])


@pytest.mark.threat("T20", "round trip")
@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "-cmd",
        "＝1",
        " @x",
        "\t=1",
        "a,=1",
        "a;-x;=2",
        "a\n@b",
        "+33 4 67 00 00 00",
        "-5,-3",
        "l’arche, l'arche",
        "'entre apostrophes'",
    ],
)
def test_apostrophes_of_our_tables_are_taken_off_again(text):
    assert spreadsheets.said_in(spreadsheets.cell(text)) == text
