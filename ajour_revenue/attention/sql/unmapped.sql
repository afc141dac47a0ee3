-- Locations of Ajour's that feed no unit today (R13), with what they sold on the days and no figure counts.
SELECT
    location_id,
    any_value(location_name) AS location_name,
    round(sum(revenue_excl_vat), 2)::DECIMAL(18, 2) AS revenue_excl_vat,
    round(sum(revenue_incl_vat), 2)::DECIMAL(18, 2) AS revenue_incl_vat
FROM ajour_locations
ANTI JOIN (FROM mapping WHERE $today::DATE BETWEEN first_day AND last_day) USING (location_id)
LEFT JOIN (
    FROM raw_revenue WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
) USING (company_id, location_id)
WHERE company_id = $company_id
GROUP BY location_id
