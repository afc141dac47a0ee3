-- The budget of every place that has one, day by day.
SELECT
    business_date AS day,
    CASE WHEN in_department IS NULL THEN 'company' WHEN in_unit IS NULL THEN 'department' ELSE 'unit' END AS level,
    in_department AS department,
    in_unit AS unit,
    revenue::DECIMAL(18, 2) AS budget_revenue_excl_vat,
    CASE WHEN NOT coalesce(lacks_percentage, false) AND revenue IS NOT NULL THEN round(weighed * 0.01, 2) END
        ::DECIMAL(18, 2) AS budget_wage_cost,
    judging_target(coalesce(lacks_percentage, false), weighed, revenue, has_percentages, lowest, highest)
        AS budget_wage_percentage
FROM budget_of_places
WHERE budget_revenue_excl_vat IS NOT NULL OR budget_wage_percentage IS NOT NULL
ORDER BY day, department NULLS LAST, unit NULLS FIRST
