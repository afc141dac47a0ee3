"""Budgets in reports: the columns that tables get where a budget is set, and its cells of the page."""

from collections.abc import Callable
from dataclasses import dataclass

from ajour_revenue.budget.compare import Budgets
from ajour_revenue.reports.budget_texts import BUDGET_TEXTS
from ajour_revenue.reports.columns import Column
from ajour_revenue.reports.texts import Texts
from ajour_revenue.wages.figures import Figure


def budget_columns(budgets: Budgets | None, texts: Texts) -> list[Column[Figure]]:
    """Return what is told of a place's budget in a period, and of its figure against it; no column without a budget."""
    if budgets is None:
        return []
    said, of = BUDGET_TEXTS[texts.language], budgets.of
    return [
        Column(said.revenue, lambda figure: of(figure).revenue_excl_vat, "money"),
        Column(said.deviation_in_kroner, lambda figure: of(figure).revenue_deviation(figure), "money"),
        Column(said.deviation_in_percent, lambda figure: of(figure).revenue_change(figure), "percent"),
        Column(said.wage_percentage, lambda figure: of(figure).wage_percentage, "percent"),
        Column(said.points, lambda figure: of(figure).percentage_change(figure), "points"),
    ]


@dataclass(frozen=True)
class BudgetCell:
    """A column of the page's table: its heading, and what it says of a figure."""

    heading: str
    text: Callable[[Figure], str]
    may_be_provisional: bool = False
    """Whether it is grey where the figure is provisional."""


def budget_cells(budgets: Budgets | None, texts: Texts) -> list[BudgetCell]:
    """Return the columns of the page's table of weeks and months to date against the budget; none without one."""
    if budgets is None:
        return []
    said, of, formats = BUDGET_TEXTS[texts.language], budgets.of, texts.formats
    return [
        BudgetCell(texts.revenue_excl_vat, lambda figure: formats.money(figure.revenue_excl_vat)),
        BudgetCell(said.revenue, lambda figure: formats.money(of(figure).revenue_excl_vat)),
        BudgetCell(said.deviation_in_kroner, lambda figure: formats.money(of(figure).revenue_deviation(figure))),
        BudgetCell(said.deviation_in_percent, lambda figure: formats.change(of(figure).revenue_change(figure))),
        BudgetCell(texts.wage_percentage, texts.percentage_of, may_be_provisional=True),
        BudgetCell(said.wage_percentage, lambda figure: formats.percent(of(figure).wage_percentage)),
        BudgetCell(said.points, lambda figure: formats.difference(of(figure).percentage_change(figure))),
    ]


def budget_sentence(budgets: Budgets | None, figure: Figure, texts: Texts) -> str | None:
    """Say by how much what is expected is over or under the budget; None where nobody can say it."""
    if budgets is None:
        return None
    budget = budgets.of(figure)
    change = budget.revenue_change(figure)
    if change is None:
        return None
    said, formats = BUDGET_TEXTS[texts.language], texts.formats
    return said.against_budget.format(formats.whole_kroner(budget.revenue_excl_vat), formats.change(change))
