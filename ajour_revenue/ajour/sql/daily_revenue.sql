-- One row per business date and location, both dates included (D4). Replace the table's name with the one that Ajour
-- gave you; keep the column names.
SELECT business_date, location_id, revenue_incl_vat, revenue_excl_vat
FROM daily_revenue
WHERE company_id = :company_id AND business_date BETWEEN :from_date AND :to_date
