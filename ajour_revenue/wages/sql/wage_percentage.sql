-- Wage percentage per unit and department for the days first_day to last_day (R14, D2), from unit_revenue, wage_costs
-- and the settings' units(unit, department) and targets(department, unit, weekday, target).

DELETE FROM wage_percentage
WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE;

INSERT INTO wage_percentage BY NAME
WITH days AS (
    SELECT unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE
        AS business_date
),
revenue AS (
    SELECT business_date, department, unit, revenue_excl_vat, source, missing_locations
    FROM unit_revenue
    WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
),
wages AS (
    SELECT business_date, department, unit, wage_cost
    FROM wage_costs
    WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
),
-- Every unit of the settings has a row each day, and so has one that only the warehouse still knows.
places AS (
    SELECT business_date, department, unit FROM days CROSS JOIN units
    UNION
    SELECT business_date, department, unit FROM (
        SELECT business_date, department, unit FROM revenue
        UNION
        SELECT business_date, department, unit FROM wages WHERE unit IS NOT NULL
    ) ANTI JOIN units USING (department, unit)
),
unit_days AS (
    SELECT places.*, revenue.revenue_excl_vat, revenue.missing_locations, wages.wage_cost
    FROM places
    LEFT JOIN revenue USING (business_date, department, unit)
    LEFT JOIN wages USING (business_date, department, unit)
),
-- The department pays for what is allocated to no unit, too.
department_days AS (
    SELECT business_date, department, revenue_excl_vat, missing_locations, wage_cost FROM unit_days
    UNION ALL BY NAME
    SELECT business_date, department, wage_cost, []::VARCHAR[] AS missing_locations FROM wages WHERE unit IS NULL
),
all_rows AS (
    SELECT * FROM unit_days
    UNION ALL BY NAME
    SELECT
        business_date,
        department,
        sum(revenue_excl_vat) AS revenue_excl_vat,
        sum(wage_cost) AS wage_cost,
        flatten(list(missing_locations) FILTER (missing_locations IS NOT NULL)) AS missing_locations
    FROM department_days
    GROUP BY ALL
)
SELECT
    business_date,
    all_rows.department,
    all_rows.unit,
    revenue_excl_vat,
    wage_cost,
    percentage(wage_cost, revenue_excl_vat) AS wage_percentage,
    target,
    nullif(concat_ws(
        '; ',
        CASE WHEN wage_cost > 0 AND coalesce(revenue_excl_vat, 0) = 0 THEN 'wages without revenue' END,
        CASE WHEN wage_cost IS NULL AND revenue_excl_vat <> 0 THEN 'revenue without wages' END,
        CASE WHEN revenue_excl_vat < 0 THEN 'negative revenue' END,
        CASE WHEN len(missing_locations) > 0 THEN 'missing: ' || array_to_string(list_sort(missing_locations), ', ') END
    ), '') AS note
FROM all_rows
LEFT JOIN targets
    ON targets.department = all_rows.department
    AND targets.unit IS NOT DISTINCT FROM all_rows.unit
    AND targets.weekday = lower(dayname(business_date))
ORDER BY business_date, all_rows.department, all_rows.unit NULLS LAST;
