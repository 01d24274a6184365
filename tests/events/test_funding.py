"""The bar of a project's funding: each line has its part, and no label leaves it."""

from itertools import pairwise

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from events.funding import CHARACTER, MARGIN, WIDTHS, Funding
from events.models import FundingLine


def funding(*lines):
    """The funding of a project with these funders and amounts."""
    found = Funding.__new__(Funding)
    found.lines = [FundingLine(funder=funder, amount=amount) for funder, amount in lines]
    found.total = sum(amount for _funder, amount in lines)
    return found


def labels(share, code):
    return [label.text for label in share.labels if label.code == code]


@pytest.mark.parametrize(
    ("amount", "wide"),
    [
        # What is left over goes to another funder, so that the part is so much of a million.
        (1_000_000, ["1 Région Occitanie / Pyrénées-Méditerranée", "€1,000,000"]),
        (350_000, ["1 Région Occitanie…", "€350,000"]),
        (200_000, ["1 Région…", "€200,000"]),
        (100_000, ["1"]),
        (40_000, []),
    ],
)
def test_label_says_as_much_as_there_is_room_for(amount, wide):
    lines = [("Région Occitanie / Pyrénées-Méditerranée", amount)]
    lines += [("État", 1_000_000 - amount)] if amount < 1_000_000 else []

    with override("en"):
        share = funding(*lines).shares[0]

        assert labels(share, "wide") == wide


@given(
    st.lists(
        st.tuples(
            st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"]), max_size=60),
            st.integers(1, 10**9),
        ),
        min_size=1,
        max_size=40,
    )
)
def test_no_label_is_wider_than_its_part(lines):
    shares = funding(*lines).shares

    assert [share.number for share in shares] == list(range(1, len(lines) + 1))
    assert sum(float(share.width[:-1]) for share in shares) == pytest.approx(100, abs=0.01)
    for share in shares:
        for code, pixels in WIDTHS.items():
            room = pixels * share.line.amount / share.total - MARGIN
            assert all(len(text) * CHARACTER <= room for text in labels(share, code))
    # Neighbours are told apart.
    assert all(one.colour != other.colour for one, other in pairwise(shares))
