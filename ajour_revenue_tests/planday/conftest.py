"""A Planday of each test's own, and a company that is connected to one."""

from collections.abc import Iterator

import pytest

from ajour_revenue_tests.kit import Company
from ajour_revenue_tests.planday.connected import ConnectedCompany, connected
from ajour_revenue_tests.planday.kit import Planday, Stage


@pytest.fixture
def planday(stage: Stage) -> Iterator[Planday]:
    """Run a Planday with two departments, as its documentation says."""
    with stage.planday() as running:
        yield running


@pytest.fixture
def connected_company(company: Company, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[ConnectedCompany]:
    """A company whose Planday is on the stage, with no rate limits."""
    with connected(company, stage, monkeypatch) as connected_company:
        yield connected_company
