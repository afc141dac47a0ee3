-- Places that paid wages and sold nothing (D2). That there were wages is said; what they were may be hidden (D21).
SELECT business_date, department, unit, revenue_excl_vat, wage_cost, hidden
FROM shown_days($first_day::DATE, $last_day::DATE, $show_single_person)
WHERE is_paid AND coalesce(revenue_excl_vat, 0) = 0
