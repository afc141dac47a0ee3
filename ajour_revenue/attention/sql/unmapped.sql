-- Locations of Ajour's that feed no unit today (R13), and any with revenue on days on which no unit has it (D17), with
-- the sum of exactly that revenue. Where Ajour's list was never read, nothing can be said of what is in it.
WITH listed AS (
    FROM ajour_locations WHERE company_id = $company_id
),
fed_today AS (
    SELECT location_id, unit AS unit_today FROM mapping WHERE $today::DATE BETWEEN first_day AND last_day
),
sums AS (
    SELECT
        location_id,
        round(sum(revenue_excl_vat), 2)::DECIMAL(18, 2) AS revenue_excl_vat,
        round(sum(revenue_incl_vat), 2)::DECIMAL(18, 2) AS revenue_incl_vat
    FROM revenue_of_no_unit
    GROUP BY location_id
)
SELECT
    location_id,
    location_name,
    location_name IS NULL AND EXISTS (FROM listed) AS not_in_list,
    unit_today,
    similar_ids,
    revenue_excl_vat,
    revenue_incl_vat
FROM listed
FULL JOIN sums USING (location_id)
LEFT JOIN fed_today USING (location_id)
LEFT JOIN similar_ids USING (location_id)
WHERE unit_today IS NULL OR revenue_excl_vat IS NOT NULL
