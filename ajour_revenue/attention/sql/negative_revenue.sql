-- Places that refunded more than they sold: legal, and kept (D6).
SELECT business_date, department, unit, revenue_excl_vat, wage_cost, hidden
FROM shown_days($first_day::DATE, $last_day::DATE, $show_single_person)
WHERE revenue_excl_vat < 0
