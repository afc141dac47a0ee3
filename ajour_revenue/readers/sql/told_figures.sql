-- What people are told of each of the figures, as the temporary view told_figures.
CREATE OR REPLACE TEMP VIEW told_figures AS
SELECT
    first_day,
    last_day,
    CASE
        WHEN unallocated THEN 'not allocated'
        WHEN department IS NULL THEN 'company'
        WHEN unit IS NULL THEN 'department'
        ELSE 'unit'
    END AS level,
    department,
    unit,
    revenue_excl_vat::DECIMAL(18, 2) AS revenue_excl_vat,
    revenue_incl_vat::DECIMAL(18, 2) AS revenue_incl_vat,
    wage_cost::DECIMAL(18, 2) AS wage_cost,
    hours::DECIMAL(18, 2) AS hours,
    revenue_compared::DECIMAL(18, 2) AS revenue_compared,
    wage_percentage::DECIMAL(18, 2) AS wage_percentage,
    revenue_per_hour::DECIMAL(18, 2) AS revenue_per_hour,
    target,
    is_provisional,
    CASE WHEN NOT is_provisional THEN (judged_percentage - target)::DECIMAL(18, 2) END AS points_over_target,
    units,
    units_with_revenue,
    units_with_wages,
    days,
    days_without_revenue,
    days_without_wages,
    days_hidden AS days_with_hidden_wages
FROM figures
-- Of the whole company they are the sum of its departments'.
WHERE NOT unallocated OR department IS NOT NULL;
