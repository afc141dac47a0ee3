-- The raw revenue of the days first_day to last_day that no unit has (D17), by the mapping that held on each day (D13):
-- the temporary table revenue_of_no_unit.

CREATE OR REPLACE TEMP TABLE revenue_of_no_unit AS
SELECT business_date, location_id, revenue_incl_vat, revenue_excl_vat
FROM raw_revenue
ANTI JOIN mapping ON mapping.location_id = raw_revenue.location_id
    AND raw_revenue.business_date BETWEEN mapping.first_day AND mapping.last_day
WHERE company_id = $company_id
    AND business_date BETWEEN $first_day::DATE AND $last_day::DATE
    AND (revenue_incl_vat <> 0 OR revenue_excl_vat <> 0);
