-- The months of budgets that need not be spread again, as the temporary table kept_months: stored with the same
-- amounts, since the last change of anything that says how they are expected to go.
CREATE OR REPLACE TEMP TABLE kept_months AS
WITH lines AS (
    SELECT
        budgets.first_day,
        budgets.last_day,
        budgets.department,
        budgets.unit,
        coalesce(bool_and(is_spread) AND sum(budget_revenue_excl_vat) = budgets.revenue_excl_vat, false) AS is_same,
        min(made_at) AS made_at
    FROM budgets
    LEFT JOIN budget
        ON budget.department = budgets.department
        AND budget.unit IS NOT DISTINCT FROM budgets.unit
        AND budget.business_date BETWEEN budgets.first_day AND budgets.last_day
    WHERE budgets.is_month
    GROUP BY budgets.first_day, budgets.last_day, budgets.department, budgets.unit, budgets.revenue_excl_vat
),
months AS (
    SELECT first_day, last_day, bool_and(is_same) AS is_same, min(made_at) AS made_at FROM lines GROUP BY ALL
)
SELECT first_day, last_day
FROM months
LEFT JOIN unit_revenue ON business_date < first_day
GROUP BY first_day, last_day, is_same, made_at
HAVING is_same AND coalesce(max(updated_at) < made_at, true);
