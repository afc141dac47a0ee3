"""What is said of budgets, in each language."""

from dataclasses import dataclass

from ajour_revenue.text.bilingual import Language


@dataclass(frozen=True)
class BudgetTexts:
    """The headings of one language."""

    caption: str
    revenue: str
    deviation_in_kroner: str
    deviation_in_percent: str
    wage_percentage: str
    points: str

    against_budget: str
    """Takes the budget, and by how many percent what is expected is over or under it."""


BUDGET_TEXTS: dict[Language, BudgetTexts] = {
    "da": BudgetTexts(
        caption="Mod budget; beløb i kr.",
        revenue="Budget ekskl. moms",
        deviation_in_kroner="Afvigelse fra budget, kr.",
        deviation_in_percent="Afvigelse fra budget, %",
        wage_percentage="Budgetteret lønprocent",
        points="Lønprocent fra budget, procentpoint",
        against_budget="Budget {}: ventet omsætning {}",
    ),
    "en": BudgetTexts(
        caption="Against the budget; amounts in DKK",
        revenue="Budget excl. VAT",
        deviation_in_kroner="From budget, DKK",
        deviation_in_percent="From budget, %",
        wage_percentage="Budgeted wage percentage",
        points="Wage percentage from budget, pp",
        against_budget="Budget {}: expected revenue {}",
    ),
}
