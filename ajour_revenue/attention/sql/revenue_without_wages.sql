-- Places that sold something and paid no wages.
SELECT business_date, department, unit, revenue_excl_vat, hidden
FROM shown_days($first_day::DATE, $last_day::DATE, $show_single_person)
WHERE wage_cost IS NULL AND NOT hidden AND revenue_excl_vat <> 0
