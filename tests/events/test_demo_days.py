"""Example events of the demo take place on working days, whatever the day it is loaded."""

import datetime

import pytest
from django.utils.dateparse import parse_datetime

from events.demo import loader


@pytest.mark.parametrize("later", range(7))
@pytest.mark.parametrize(("first", "last"), [(6, 6), (38, 39)])
def test_examples_take_place_on_working_days(later, first, last):
    load = loader._Loader(lambda step: None)
    load.today += datetime.timedelta(days=later)
    row = {"in_days": first, "time": "08:30", "end_in_days": last, "end_time": "10:00"}

    start, end = (parse_datetime(each).date() for each in load.moments(row))

    assert max(start.weekday(), end.weekday()) < 5
    assert (end - start).days == last - first
    assert 0 <= (start - load.today).days - first <= 3
