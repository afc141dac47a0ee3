"""A little of `make torture`, with a seed of its own each week of the tests' clock."""

import pytest

from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.torture import SCENARIOS, torture

SHARE = 0.02


@pytest.mark.slow
def test_what_is_promised_holds_whatever_happens() -> None:
    tallies = torture(LAST_DAY.isocalendar().week, share=SHARE)

    assert tallies.keys() == SCENARIOS.keys()
    assert all(tally.total() for tally in tallies.values())
