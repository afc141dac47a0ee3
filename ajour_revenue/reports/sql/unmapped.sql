-- Locations that feed no unit (R13), with what they sold on the days first_day to last_day and no report counts.
SELECT
    location_id,
    location_name AS name,
    round(sum(revenue_excl_vat), 2)::DECIMAL(18, 2) AS revenue_excl_vat,
    round(sum(revenue_incl_vat), 2)::DECIMAL(18, 2) AS revenue_incl_vat
FROM ajour_locations
LEFT JOIN (
    FROM raw_revenue WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
) USING (company_id, location_id)
WHERE unit IS NULL
GROUP BY location_id, location_name
ORDER BY revenue_excl_vat DESC NULLS LAST, location_id;
