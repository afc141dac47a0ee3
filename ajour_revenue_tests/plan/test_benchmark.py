"""The backtest that chose the method, in a quick size."""

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from ajour_revenue_tests.plan.kit import drawn
from benchmarks.forecast import LAST_WEEK, MEDIAN_OF_FOUR, OURS, Place, main, measured, restaurant


def test_expected_revenue_is_nearer_than_what_is_simpler() -> None:
    histories = [drawn(seed, weeks=60) for seed in range(3)]
    places = [
        Place(f"Place {n}", min(history), [day.revenue_excl_vat for day in history.values()])
        for n, history in enumerate(histories)
    ]

    result = measured(places, every=10, days=200)

    ours, *simpler = (result.scores[name] for name in (OURS, LAST_WEEK, MEDIAN_OF_FOUR))
    assert result.without_figure == 0
    for week in (0, 1):
        assert ours.weeks[week].days > 300
        assert all(ours.weeks[week].days == other.weeks[week].days for other in simpler)
        assert all(ours.wape(week) < other.wape(week) for other in simpler)
    assert ours.held is not None
    assert 0.7 <= ours.held <= 0.95


def write_csv(file: Path, days: dict[str, Decimal | None]) -> Path:
    lines = [f"{day},{revenue}" for day, revenue in days.items()]
    file.write_text("\n".join(["business_date,revenue_excl_vat", *lines]), encoding="utf-8")
    return file


def test_the_command_prints_a_table_of_a_restaurants_file_and_one_of_the_demos_chain(tmp_path: Path) -> None:
    file = write_csv(
        tmp_path / "bistro.csv", {str(day): sold.revenue_excl_vat for day, sold in drawn(1, weeks=20).items()}
    )

    result = CliRunner().invoke(main, [str(file), "--every", "14", "--days", "28"], catch_exceptions=False)

    assert "bistro: an origin every 14 day(s)" in result.output
    assert "the demo's chain: an origin every 14 day(s)" in result.output
    assert result.output.count(OURS) == 2


def test_a_file_that_lacks_a_day_is_refused(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "bistro.csv", {"2025-01-01": Decimal(1), "2025-01-03": Decimal(1)})

    with pytest.raises(ValueError, match=r"bistro.csv has no row for 2025-01-02"):
        restaurant(file)
