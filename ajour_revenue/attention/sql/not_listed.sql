-- Locations of the settings that Ajour does not list (R13). A run of a check alone, the first of all, has listed none:
-- then nothing can be said.
SELECT mapping.location_id, mapping.unit, units.department, similar_ids
FROM mapping
JOIN units USING (unit)
ANTI JOIN (FROM ajour_locations WHERE company_id = $company_id) AS listed USING (location_id)
LEFT JOIN similar_ids USING (location_id)
WHERE $today::DATE BETWEEN first_day AND last_day
    AND EXISTS (FROM ajour_locations WHERE company_id = $company_id)
