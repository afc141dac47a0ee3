"""The backtest that chose what is unusual, in a quick size."""

from decimal import Decimal

from ajour_revenue_tests.plan.kit import drawn
from benchmarks.forecast import Place
from benchmarks.unusual import FAULTS, judge


def test_an_ordinary_chain_has_next_to_no_findings_and_faults_are_found() -> None:
    histories = [drawn(seed, weeks=22) for seed in range(5)]
    places = [
        Place(f"Place {n}", min(history), [day.revenue_excl_vat or Decimal(0) for day in history.values()])
        for n, history in enumerate(histories)
    ]

    judged = judge(places, days=28, spoil_every=14)

    assert judged.unit_days == 28 * len(places)
    assert judged.a_week < 1
    assert judged.spoilt == 2 * len(places)
    assert judged.found_spoilt["nothing"] == judged.found_spoilt["x 3"] == judged.spoilt
    assert judged.found_spoilt.keys() <= FAULTS.keys()
