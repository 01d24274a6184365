"""What must hold of the project as a whole: its files, catalogue, pins and import lines."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.apps import apps
from django.template import engines
from importlinter.cli import lint_imports
from packaging.requirements import Requirement
from packaging.version import Version

from tests.threats import THREATS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["portal", "members", "events"]
TOP_LEVEL = {
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "compose.yaml",
    "constraints.txt",
    "manage.py",
    "pyproject.toml",
    *PACKAGES,
    "templates",
    "tests",
}
FRENCH = Path("portal/locale/fr/LC_MESSAGES/django.po")


@cache
def project_files() -> list[Path]:
    """Every file that is, or is about to be, under version control, relative to the root."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(listed.stdout.split("\0")) - {""})
    return [Path(name) for name in names if (ROOT / name).is_file()]


@cache
def texts() -> dict[Path, str]:
    """What the project's text files say."""
    found = {}
    for path in project_files():
        try:
            found[path] = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # an image or a font
    return found


def own_modules() -> list[Path]:
    return [
        path
        for path in texts()
        if path.suffix == ".py" and path.parts[0] in PACKAGES and "migrations" not in path.parts
    ]


def places(pattern: str, *, but: set[str] = frozenset()) -> list[str]:
    """Each line of the project that matches, as "file:number"."""
    wanted = re.compile(pattern)
    return [
        f"{path}:{number}"
        for path, text in texts().items()
        if path.as_posix() not in but
        for number, line in enumerate(text.splitlines(), 1)
        if wanted.search(line)
    ]


# --- Files ----------------------------------------------------------------------------------------


def test_top_level_holds_only_what_belongs_there():
    found = {path.parts[0] for path in project_files()}

    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_no_file_names_a_package_registry():
    assert places(r"\b(pypi|pythonhosted|npmjs|debian)\.(org|com|net)\b") == []


def test_no_file_names_a_path_of_one_machine():
    assert places(r"(?<![\w.])/(work|root|home)/") == []


def test_no_mark_of_unfinished_work():
    assert places(r"\b(T[O]DO|F[I]XME|X[X]X|H[A]CK|NotImplemented[E]rror)\b", but={"LICENSE"}) == []


def test_no_module_is_longer_than_500_lines():
    long = {
        str(path): lines
        for path in own_modules()
        if (lines := len(texts()[path].splitlines())) > 500
    }

    assert long == {}


def test_no_function_is_longer_than_50_lines():
    long = {
        f"{path}:{node.lineno} {node.name}": lines
        for path in own_modules()
        for node in ast.walk(ast.parse(texts()[path]))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := node.end_lineno - node.lineno + 1) > 50
    }

    assert long == {}


def test_imports_point_one_way(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", list(sys.path))  # the linter adds to it

    outcome = lint_imports(config_filename="pyproject.toml", no_cache=True, no_logo=True)

    assert outcome == 0, capsys.readouterr().out


# --- The threats ----------------------------------------------------------------------------------


def shown_threats() -> set[tuple[str, str]]:
    """Each clause of a threat that some test is marked with."""
    marks = [
        node
        for path, text in texts().items()
        if path.parts[0] == "tests" and path.suffix == ".py" and "mark.threat(" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.threat"
    ]
    values = [[ast.literal_eval(argument) for argument in mark.args] for mark in marks]
    return {(name, clause) for name, *clauses in values for clause in clauses}


def test_every_clause_of_every_threat_has_a_test_that_shows_it():
    listed = {(name, clause) for name, clauses in THREATS.items() for clause in clauses}
    shown = shown_threats()

    assert (listed - shown, shown - listed) == (set(), set())  # not shown, not listed


# --- Templates ------------------------------------------------------------------------------------


@cache
def theirs() -> list[Path]:
    """The template folders of Django and of the libraries, whose pages ours may replace."""
    return [
        Path(folder)
        for engine in engines.all()
        for folder in engine.template_dirs
        if not Path(folder).is_relative_to(ROOT) or ".venv" in Path(folder).parts
    ]


def is_asked_for_by_name(name: str) -> bool:
    """Whether Django looks for a template of this name by itself."""
    if re.fullmatch(r"\d{3}\.html", name):  # the error pages
        return True
    # The admin looks for a page of its own per app and per model, then for one of all.
    name = re.sub(r"^admin/(?:\w+/){1,2}(?=\w+\.html$)", "admin/", name)
    return any((folder / name).exists() for folder in theirs())


def is_named_in(name: str, text: str) -> bool:
    """Whether a text names the template, or the mail it is one of the three files of."""
    stem = name.rsplit(".", 1)[0]
    names = {name, stem, stem.removesuffix("_subject")}
    return any(f'"{each}"' in text or f"'{each}'" in text for each in names)


def generic_names() -> set[str]:
    """The names that Django's generic views make up from their model."""
    return {
        f"{model._meta.app_label}/{model._meta.model_name}_{suffix}.html"
        for model in apps.get_models()
        for suffix in ("list", "detail", "form", "confirm_delete")
    }


def test_every_template_is_used():
    templates = [path for path in project_files() if "templates" in path.parts[:2]]
    speaking = {
        path: text
        for path, text in texts().items()
        if path.suffix in {".py", ".html", ".txt", ".xml", ".toml"} and path.parts[0] != "tests"
    }
    made_up = generic_names()

    unused = []
    for template in templates:
        name = template.as_posix().split("templates/", 1)[1]
        others = (text for path, text in speaking.items() if path != template)
        if name in made_up or is_asked_for_by_name(name):
            continue
        if not any(is_named_in(name, text) for text in others):
            unused.append(name)

    assert unused == []


# --- The French catalogue -------------------------------------------------------------------------


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="fr")


def entries(catalogue: Catalog) -> set[tuple]:
    return {(message.context, message.id) for message in catalogue if message.id}


def test_french_catalogue_is_complete():
    catalogue = read_catalogue(ROOT / FRENCH)

    wrong = {
        message.id: [str(error) for error in message.check(catalogue)] or message.string
        for message in catalogue
        if message.id
        and (
            message.fuzzy
            or not all([message.string] if isinstance(message.string, str) else message.string)
            or list(message.check(catalogue))
        )
    }

    assert wrong == {}
    assert '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"' in texts()[FRENCH]
    assert not catalogue.fuzzy  # its head; the compiler would leave the whole catalogue out
    assert list(catalogue.obsolete) == []


def test_french_has_no_break_beside_its_signs():
    texts = [
        text
        for message in read_catalogue(ROOT / FRENCH)
        for text in ([message.string] if isinstance(message.string, str) else message.string)
    ]

    assert [text for text in texts if re.search(r"\w [:;?!»](?!\w)|« ", text)] == []


def test_french_catalogue_says_what_the_code_says(tmp_path):
    """Collects the texts of a copy of the code anew; `make translate` mends what this finds."""
    for name in ["manage.py", "templates", *PACKAGES]:
        source = ROOT / name
        if source.is_dir():
            leave = shutil.ignore_patterns("__pycache__", "static", "*.mo")
            shutil.copytree(source, tmp_path / name, ignore=leave)
        else:
            shutil.copy(source, tmp_path / name)
    before = entries(read_catalogue(tmp_path / FRENCH))

    run = subprocess.run(
        [ROOT / ".ci" / "messages", sys.executable], cwd=tmp_path, capture_output=True, text=True
    )

    assert run.returncode == 0, run.stderr
    after = entries(read_catalogue(tmp_path / FRENCH))
    assert (after - before, before - after) == (set(), set())  # missing, left over


# --- The pins -------------------------------------------------------------------------------------


@cache
def pins() -> dict[str, str]:
    """Each package of constraints.txt with its version; those of developers too."""
    named = re.findall(r"^([a-z0-9-]+)==(\S+)", texts()[Path("constraints.txt")], re.MULTILINE)
    return dict(named)


def requirements(*, development: bool) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    stated = [*project["dependencies"], *extras["production"]]
    return [Requirement(line) for line in stated + (extras["development"] if development else [])]


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.threat("T30", "pins")
def test_every_requirement_is_pinned_inside_its_range():
    unmet = [
        str(asked)
        for asked in requirements(development=True)
        if plain(asked.name) not in pins()
        or Version(pins()[plain(asked.name)]) not in asked.specifier
    ]

    assert unmet == []


def test_what_the_portal_runs_with_is_pinned_first():
    """The demo and a server install constraints.txt only down to its second part."""
    first, second = texts()[Path("constraints.txt")].split("\n# Development\n")

    for asked in requirements(development=False):
        assert re.search(rf"^{plain(asked.name)}==", first, re.MULTILINE), asked
    assert not re.search(r"^(pytest|mypy|ruff|playwright)==", first, re.MULTILINE)
    assert re.search(r"^pytest==", second, re.MULTILINE)


@pytest.mark.threat("T30", "pins")
@pytest.mark.parametrize("unwanted", ["://", "--index-url", "--extra-index-url", "--find-links"])
def test_pins_hold_hashes_and_no_address(unwanted):
    text = texts()[Path("constraints.txt")]
    blocks = re.split(r"^(?=[a-z0-9-]+==)", text, flags=re.MULTILINE)[1:]

    assert unwanted not in text
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
