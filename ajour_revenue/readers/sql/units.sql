-- The units of the settings, with the locations that feed them today.
SELECT
    department,
    unit,
    planday_unit_id,
    list(location_id ORDER BY location_id) FILTER (location_id IS NOT NULL) AS locations,
    list(coalesce(location_name, location_id) ORDER BY location_id) FILTER (location_id IS NOT NULL) AS location_names
FROM units
LEFT JOIN (FROM mapping WHERE $today::DATE BETWEEN first_day AND last_day) AS fed USING (unit)
LEFT JOIN (
    SELECT location_id, any_value(location_name ORDER BY last_seen_at DESC) AS location_name
    FROM ajour_locations
    GROUP BY location_id
) AS listed USING (location_id)
GROUP BY department, unit, planday_unit_id
ORDER BY department, unit
