"""The display tags: bilingual text, dates, addresses of filters, marks of what changed."""

import datetime
import re

import pytest
from django.core.paginator import Paginator
from django.template import Context, RequestContext, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils.translation import override

from portal import renditions
from portal.constant import MOST
from portal.drawing.svg import Label, Line
from tests import factories
from tests.images import noise, public_image, webp


def rendered(source, path="/fr/", **context):
    request = RequestFactory().get(path)
    template = Template("{% load portal %}" + source)
    return template.render(RequestContext(request, context))


@pytest.fixture(autouse=True)
def _in_french():
    with override("fr"):
        yield


# --- Parts that are the same for everybody --------------------------------------------------------


def test_a_constant_part_differs_by_its_language_and_what_it_is_given_alone():
    source = (
        "{% load i18n portal %}{% constant part=part %}"
        '{% translate "Search" %}: {{ part }}, {{ reader }}, {{ request.path }}{% endconstant %}'
    )
    template = Template(source)

    def shown(**context):
        request = RequestFactory().get("/fr/")
        return template.render(RequestContext(request, context))

    first = shown(part="<agenda>", reader="Ana")
    again = shown(part="<agenda>", reader="Bob")
    other = shown(part="annuaire", reader="Bob")
    with override("en"):
        english = shown(part="annuaire", reader="Bob")

    assert first == again == "Rechercher: &lt;agenda&gt;, , "
    assert other == "Rechercher: annuaire, , "
    assert english == "Search: annuaire, , "


def test_a_constant_part_keeps_no_more_than_a_few_ways():
    template = Template("{% load portal %}{% constant n=n %}{{ n }}{% endconstant %}")
    node = template.nodelist[-1]

    shown = [template.render(Context({"n": str(n)})) for n in range(3 * MOST)]

    assert shown == [str(n) for n in range(3 * MOST)]
    assert len(node._kept) <= MOST


def test_a_constant_part_takes_names_with_values():
    with pytest.raises(TemplateSyntaxError, match="constant takes name=value: part"):
        Template("{% load portal %}{% constant part %}{% endconstant %}")


# --- Bilingual text -------------------------------------------------------------------------------


def test_text_of_the_other_language_is_marked_as_such():
    organisation = factories.OrganisationFactory.build(summary_fr="", summary_en="A <b>lab</b>")

    html = rendered('{% field_text o "summary" %}', o=organisation)
    plain = rendered('{% plain_text o "summary" as text %}{{ text }}', o=organisation)

    assert html == '<span lang="en">A &lt;b&gt;lab&lt;/b&gt;</span>'
    assert plain == "A &lt;b&gt;lab&lt;/b&gt;"


def test_text_of_ones_own_language_is_plain():
    organisation = factories.OrganisationFactory.build(summary_fr="Un labo", summary_en="A lab")

    assert rendered('{% field_text o "summary" %}', o=organisation) == "Un labo"
    assert rendered('{% only_language o "summary" %}', o=organisation) == ""


@pytest.mark.threat("T16", "markdown")
def test_markdown_is_sanitised_and_wrapped_once():
    organisation = factories.OrganisationFactory.build(
        description_fr="**Oui** <script>alert(1)</script>"
    )

    html = rendered('{% field_markdown o "description" %}', o=organisation)

    assert html.startswith('<div class="prose"><p><strong>Oui</strong>')
    assert "<script" not in html


# --- Events ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((2031, 3, 4, 13), (2031, 3, 4, 16), "<b>4</b> mardi <strong>mars 2031</strong>"),
        ((2031, 3, 4, 13), (2031, 3, 6, 16), "<b>4</b> au 6 <strong>mars 2031</strong>"),
        ((2031, 3, 30, 8), (2031, 4, 2, 16), "<b>30</b> mars au <strong>2 avril 2031</strong>"),
    ],
)
def test_date_block_says_day_and_month(start, end, expected):
    event = factories.EventFactory.build(
        starts_at=datetime.datetime(*start, tzinfo=datetime.UTC),
        ends_at=datetime.datetime(*end, tzinfo=datetime.UTC),
    )

    assert expected in rendered("{% date_block e %}", e=event)


def test_when_says_the_time_zone_where_it_could_be_mistaken():
    event = factories.EventFactory.build(
        starts_at=datetime.datetime(2031, 3, 4, 13, 30, tzinfo=datetime.UTC),
        ends_at=datetime.datetime(2031, 3, 4, 16, tzinfo=datetime.UTC),
        online_url="https://example.org",
    )

    html = rendered("{% event_when e %}", e=event)

    assert "mardi 4 mars 2031, de 14\u00a0h\u00a030 à 17\u00a0h (heure de Paris)" in html


# --- Drawn signs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("partners", "arches"), [(0, 0), (1, 0), (2, 1), (8, 7), (40, 12)])
def test_arches_join_each_two_partners(partners, arches):
    html = rendered('{% arches n "tuile" %}', n=partners)

    assert html.count("c0-25") == arches
    assert (
        html.count('<svg class="arches tuile" ') == html.count('aria-hidden="true"') == bool(arches)
    )


def test_niche_says_nothing_of_its_own():
    organisation = factories.OrganisationFactory.build(name="Digital 113", kind="network")

    assert rendered("{% niche o %}", o=organisation) == (
        '<span class="niche ardoise niche-four" aria-hidden="true">D113</span>'
    )


def test_logo_takes_the_place_of_initials_where_it_is_asked_for():
    organisation = factories.OrganisationFactory.build(
        name="Inria", kind="network", logo="logos/1.webp", logo_alt_fr="Le mot Inria"
    )

    assert rendered("{% logo o %}", o=organisation) == (
        '<span class="niche niche-large niche-logo">'
        '<img src="/media/logos/1.webp" alt="Le mot Inria" width="84" height="96"></span>'
    )
    organisation.logo = ""
    assert rendered("{% logo o %}", o=organisation) == (
        '<span class="niche ardoise niche-large" aria-hidden="true">IN</span>'
    )


def test_logo_is_shown_by_its_smallest_copy():
    name = public_image("7/logo.webp", webp(noise((40, 30))))
    organisation = factories.OrganisationFactory.build(name="Inria", logo=name)

    html = rendered("{% logo o %}", o=organisation)

    assert f'<img src="/media/{renditions.name_of(name, "tile")}" alt="" width="84"' in html


def test_words_of_a_logo_say_their_language_where_it_is_not_the_readers():
    organisation = factories.OrganisationFactory.build(logo="logos/1.webp", logo_alt_fr="Un pont")

    with override("en"):
        html = rendered("{% logo o %}", o=organisation)

    assert 'alt="Un pont" lang="fr"' in html


# --- Figures --------------------------------------------------------------------------------------


def test_label_sets_each_line_from_a_place_of_its_own():
    lines = [Line("1", "2", "R&D"), Line("1", "18", "<b>")]

    assert rendered("{% drawn_label l %}", l=Label(lines[:1], "rotate(-45 1 2)")) == (
        '<text x="1" y="2" transform="rotate(-45 1 2)">R&amp;D</text>'
    )
    assert rendered("{% drawn_label l %}", l=Label(lines)) == (
        '<text x="1" y="2">R&amp;D<tspan x="1" y="18">&lt;b&gt;</tspan></text>'
    )


# --- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ('{% query_with view="map" %}', "?theme=sante&amp;theme=calcul&amp;q=a&amp;view=map"),
        ("{% query_with page=2 %}", "?theme=sante&amp;theme=calcul&amp;page=2&amp;q=a"),
        ("{% query_with page=1 %}", "?theme=sante&amp;theme=calcul&amp;q=a"),
        ('{% query_with q="" %}', "?theme=sante&amp;theme=calcul"),
        ('{% query_without "theme" "sante" %}', "?theme=calcul&amp;q=a"),
        ('{% query_without "theme" %}', "?q=a"),
        ('{% query_only "q" "view" %}', "?q=a"),
        ('{% query_only "view" %}', "/fr/annuaire/"),
    ],
)
def test_filter_links_start_again_from_the_first_page(tag, expected):
    path = "/fr/annuaire/?theme=sante&theme=calcul&page=3&q=a&city="

    assert rendered(tag, path) == expected


def test_pages_left_out_are_an_ellipsis():
    page = Paginator(range(200), 20).page(5)

    links = rendered("{% page_links p %}", "/fr/annuaire/?theme=sante", p=page)

    assert re.sub(r"(<[^>]*>|\s)+", " ", links).strip() == "1 … 4 5 6 … 10"
    assert '<a href="?theme=sante&amp;page=4" aria-label="Page 4">' in links
    assert '<a href="?theme=sante&amp;page=5" aria-current="page"' in links


# --- Changes --------------------------------------------------------------------------------------


def test_words_that_changed_are_marked_and_said():
    html = rendered(
        '{% word_diff "12 <i>pôles</i>" "14 <i>pôles</i>" as d %}{{ d.before }}|{{ d.after }}'
    )

    assert html == (
        '<del><span class="hidden" lang="fr">supprimé\u00a0: </span>12</del> &lt;i&gt;pôles&lt;/i&gt;'
        '|<ins><span class="hidden" lang="fr">ajouté\u00a0: </span>14</ins> &lt;i&gt;pôles&lt;/i&gt;'
    )


def test_compared_texts_say_their_language():
    rows = [
        {"name": "summary_en", "label": "S", "state": "changed", "live": "a", "proposed": "b"},
        {"name": "summary_fr", "label": "S", "state": "outdated", "live": "a", "proposed": "a"},
        {"name": "website", "label": "W", "state": "unchanged", "live": "w", "proposed": "w"},
    ]

    html = rendered('{% include "includes/_diff.html" %}', rows=rows)

    cells = re.findall(r"<(?:td|dd)[^>]*>", html)
    assert [re.findall(r' lang="(..)"', cell) for cell in cells] == [
        ["en"],
        ["en"],
        ["fr"],
        [],
        [],
    ]
    assert "Inchangé, mais l’anglais a changé." in html


# --- The page -------------------------------------------------------------------------------------


@pytest.mark.threat("T16", "texts")
def test_kept_text_cannot_leave_an_attribute():
    html = rendered('{% keep t %} Un "titre"\n  {{ x }} {% endkeep %}<a title="{{ t }}">', x="<b>")

    assert html == '<a title="Un &quot;titre&quot; &lt;b&gt;">'


def test_description_is_cut_after_a_word_and_escaped_once():
    html = rendered("{{ text|brief }}", text="R&amp;D " * 60)

    assert len(html.replace("&amp;", "&")) == 155
    assert "&amp;amp;" not in html
