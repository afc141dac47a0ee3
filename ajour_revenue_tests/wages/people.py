"""People whose wages, or hours, add up so that every shown amount tells whose it is made of.

Each person's part in each cell is a power of two in whole kroner or hours, and nothing else is a whole number: so every
shown amount tells which parts it is the sum of. What somebody could work out of all of them together is linear algebra.
"""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import count
from typing import Literal

import numpy as np
from hypothesis import strategies as st

from ajour_revenue.days import Window

# Over the end of a week and of a month.
DAYS = Window(dt.date(2026, 10, 31), dt.date(2026, 11, 2))
CELLS = [("Vesterbro", "Bar"), ("Vesterbro", "Kitchen"), ("Vesterbro", None), ("Aarhus", "Shop"), ("Aarhus", None)]
PEOPLE = range(4)
Secret = Literal["wage_cost", "hours"]

REVENUE: dict[Secret, str] = {"wage_cost": "7.01", "hours": "0.07"}
"""Of each unit and day: no sum of it is a whole number, with or without VAT, or by the hours that there may be."""
BESIDE: dict[Secret, dict[str, Decimal]] = {
    "wage_cost": {"hours": Decimal("0.11")},
    "hours": {"wage_cost": Decimal("0.01")},
}
"""What a cell has beside what is secret: no sum of it is a whole number."""

Cell = tuple[dt.date, str, str | None]
Company = dict[Cell, frozenset[int]]
Part = tuple[int, Cell]
"""What a person costs in a cell."""

AMOUNT = re.compile(
    r"(?<![\d.,])\d{1,3}(?:\.\d{3})*,00(?!\d)"
    r"|(?<![\d.,])(?<!kl\. )\d{1,3}(?:,\d{3})*\.00(?!\d)"
)
"""In Danish or English; in Danish a full hour looks like an English amount: kl. 16.00."""

cells = st.sampled_from([(day, department, unit) for day in DAYS.days for department, unit in CELLS])
companies = st.dictionaries(cells, st.frozensets(st.sampled_from(PEOPLE), min_size=1, max_size=3), min_size=1)

FRIENDS: Company = {
    (DAYS.first_day, "Vesterbro", "Bar"): frozenset({0, 1}),
    (DAYS.first_day, "Vesterbro", "Kitchen"): frozenset({2}),
    (DAYS.first_day, "Aarhus", None): frozenset({3}),
}


def costs_of(company: Company) -> dict[Part, Decimal]:
    """Return what each person costs in each cell, in DKK, or works, in hours: each amount twice the one before."""
    powers = count()
    return {
        (person, cell): Decimal(2) ** next(powers) for cell in sorted(company, key=repr) for person in company[cell]
    }


def wage_rows(company: Company, secret: Secret = "wage_cost") -> list[dict[str, object]]:
    """Return a company's wages as a wage source gives them, with people's parts in what is secret."""
    costs = costs_of(company)
    return [
        {
            "business_date": cell[0],
            "department": cell[1],
            "unit": cell[2],
            secret: sum((costs[person, cell] for person in people), Decimal()),
            **BESIDE[secret],
            "people": len(people),
        }
        for cell, people in company.items()
    ]


def equations(text: str, parts: list[Part]) -> np.ndarray:
    """Return which parts each shown amount of whole kroner is the sum of: a row for each, a column for each part."""
    amounts = {int(re.sub(r"[.,]", "", found[:-3])) for found in AMOUNT.findall(text)} - {0}
    assert all(amount < 2 ** len(parts) for amount in amounts), "an amount that is no sum of wages"
    return np.array([[amount >> number & 1 for number in range(len(parts))] for amount in sorted(amounts)]).reshape(
        len(amounts), len(parts)
    )


def found_out(shown: np.ndarray, parts: Sequence[Part]) -> set[int]:
    """Return the people of whose wages alone some combination of what is shown is made."""
    return {
        person
        for person in PEOPLE
        if rank(shown) > rank(shown[:, [number for number, (who, _) in enumerate(parts) if who != person]])
    }


def rank(matrix: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(matrix)) if matrix.size else 0
