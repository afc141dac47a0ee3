-- The budgets(department, unit, first_day, last_day, is_month, revenue_excl_vat, wage_percentage) spread over their
-- days, as the temporary table budget_days: by the shapes that are known, else in equal shares. Rounded as the days add
-- up, in whole øre, so that the days' sum is the budget. The days of kept_months stay as they are stored.
CREATE OR REPLACE TEMP TABLE budget_days AS
WITH days AS (
    SELECT *, unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS business_date
    FROM budgets ANTI JOIN kept_months USING (first_day, last_day)
),
known AS (
    SELECT
        days.department,
        days.unit,
        days.first_day,
        days.business_date,
        days.is_month,
        days.wage_percentage,
        (days.revenue_excl_vat * 100)::HUGEINT AS ore,
        coalesce(sum(shapes.weight), 0)::HUGEINT AS expected
    FROM days
    LEFT JOIN shapes
        ON shapes.business_date = days.business_date
        AND shapes.department = days.department
        -- A department's own budget goes as all its units do.
        AND shapes.unit = coalesce(days.unit, shapes.unit)
    GROUP BY ALL
),
weighed AS (
    SELECT
        *,
        CASE WHEN max(expected) OVER of_budget > 0 THEN expected ELSE 1 END AS weight
    FROM known
    WINDOW of_budget AS (PARTITION BY department, unit, first_day)
),
added_up AS (
    SELECT
        *,
        sum(weight) OVER (of_budget ORDER BY business_date) AS weight_so_far,
        sum(weight) OVER of_budget AS weight_in_all
    FROM weighed
    WINDOW of_budget AS (PARTITION BY department, unit, first_day)
)
SELECT
    business_date,
    department,
    unit,
    (
        (ore * weight_so_far // weight_in_all - ore * (weight_so_far - weight) // weight_in_all)::DECIMAL(18, 0) * 0.01
    )::DECIMAL(18, 2) AS budget_revenue_excl_vat,
    wage_percentage AS budget_wage_percentage,
    is_month AS is_spread
FROM added_up
UNION ALL BY NAME
SELECT
    budget.business_date,
    budget.department,
    budget.unit,
    budget.budget_revenue_excl_vat,
    budgets.wage_percentage AS budget_wage_percentage,
    budget.is_spread
FROM budgets
SEMI JOIN kept_months USING (first_day, last_day)
JOIN budget
    ON budget.department = budgets.department
    AND budget.unit IS NOT DISTINCT FROM budgets.unit
    AND budget.business_date BETWEEN budgets.first_day AND budgets.last_day;
