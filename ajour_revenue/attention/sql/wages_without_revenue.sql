-- Places that paid wages and sold nothing (D2). That there were wages is said; what they were may be hidden (D21).
SELECT
    business_date,
    department,
    days.unit,
    days.revenue_excl_vat,
    days.wage_cost,
    hidden
FROM shown_days($first_day::DATE, $last_day::DATE, $show_single_person) AS days
JOIN wage_percentage AS stored USING (business_date, department)
WHERE stored.unit IS NOT DISTINCT FROM days.unit
    AND stored.wage_cost > 0
    AND coalesce(days.revenue_excl_vat, 0) = 0
