-- Locations of a unit that gave no revenue (D3). Where somebody has entered the figure, nothing is left to do (D12);
-- one that Ajour does not list at all is a matter of the mapping.
SELECT business_date, department, lacking.unit, lacking.location_id, location_name
FROM (
    SELECT business_date, department, unit, unnest(missing_locations) AS location_id
    FROM unit_revenue
    WHERE source = 'ajour' AND business_date BETWEEN $first_day::DATE AND $last_day::DATE
) AS lacking
LEFT JOIN (FROM ajour_locations WHERE company_id = $company_id) AS listed USING (location_id)
WHERE location_name IS NOT NULL
    OR NOT EXISTS (FROM ajour_locations WHERE company_id = $company_id)
    OR location_id NOT IN (SELECT location_id FROM mapping WHERE $today::DATE BETWEEN first_day AND last_day)
