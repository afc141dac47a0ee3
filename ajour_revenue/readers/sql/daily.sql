-- Every day of every place: units, departments, the company, and the wages of a department that belong to no unit.
SELECT
    business_date AS day,
    CASE
        WHEN unallocated THEN 'not allocated'
        WHEN in_department IS NULL THEN 'company'
        WHEN in_unit IS NULL THEN 'department'
        ELSE 'unit'
    END AS level,
    in_department AS department,
    in_unit AS unit,
    revenue_excl_vat::DECIMAL(18, 2) AS revenue_excl_vat,
    revenue_incl_vat::DECIMAL(18, 2) AS revenue_incl_vat,
    wage_cost::DECIMAL(18, 2) AS wage_cost,
    hours::DECIMAL(18, 2) AS hours,
    revenue_compared::DECIMAL(18, 2) AS revenue_compared,
    percentage(wage_cost, revenue_compared)::DECIMAL(18, 2) AS wage_percentage,
    revenue_per_hour(revenue_compared, hours, lacks_hours)::DECIMAL(18, 2) AS revenue_per_hour,
    judging_target(lacks_weighed_target, weighed_target, weight, has_targets, lowest_target, highest_target) AS target,
    is_hidden OR is_without_wages OR is_without_revenue AS is_provisional,
    CASE WHEN NOT is_provisional THEN percentage(wage_cost_judged, revenue_compared) - target END::DECIMAL(18, 2)
        AS points_over_target,
    units::BIGINT AS units,
    units_with_revenue::BIGINT AS units_with_revenue,
    units_with_wages::BIGINT AS units_with_wages,
    is_hidden AS has_hidden_wages
FROM days_of_places
-- Of the whole company they are the sum of its departments'.
WHERE NOT unallocated OR in_department IS NOT NULL
ORDER BY day, department NULLS LAST, unallocated, unit NULLS FIRST
