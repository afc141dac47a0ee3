-- Units whose wage percentage was over its target on the last day; the macro hides what the wage of fewer than two
-- people would show (D5).
SELECT
    $last_day::DATE AS business_date,
    department,
    unit,
    shown.revenue_excl_vat,
    shown.wage_cost,
    shown.wage_percentage,
    shown.target,
    array_to_string(nullif(missing_locations, []), ', ') AS missing_locations
FROM wage_percentage_of($last_day::DATE, $last_day::DATE, $show_single_person) AS shown
LEFT JOIN (FROM unit_revenue WHERE business_date = $last_day::DATE) AS revenue USING (department, unit)
WHERE unit IS NOT NULL AND shown.wage_percentage > shown.target
