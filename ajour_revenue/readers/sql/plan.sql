-- The plan of every place, today and on the coming days: what it is expected to sell, and what its shifts will cost.
SELECT
    first_day AS day,
    CASE
        WHEN unallocated THEN 'not allocated'
        WHEN department IS NULL THEN 'company'
        WHEN unit IS NULL THEN 'department'
        ELSE 'unit'
    END AS level,
    department,
    unit,
    revenue_excl_vat::DECIMAL(18, 2) AS expected_revenue_excl_vat,
    low::DECIMAL(18, 2) AS low,
    high::DECIMAL(18, 2) AS high,
    wage_cost::DECIMAL(18, 2) AS planned_wage_cost,
    hours::DECIMAL(18, 2) AS planned_hours,
    revenue_compared::DECIMAL(18, 2) AS revenue_compared,
    wage_percentage::DECIMAL(18, 2) AS planned_wage_percentage,
    target,
    wage_cost_at_target::DECIMAL(18, 2) AS wage_cost_at_target,
    over_target::DECIMAL(18, 2) AS over_target,
    is_provisional,
    units,
    units_with_revenue,
    units_with_wages,
    days_hidden > 0 AS has_hidden_wages,
    note,
    holiday
FROM planned_places
-- Of the whole company they are the sum of its departments'.
WHERE NOT unallocated OR department IS NOT NULL
ORDER BY day, department NULLS LAST, unallocated, unit NULLS FIRST
