-- Ids of locations that differ only in how they are written (D17), by case, spaces, punctuation or zeros before a
-- number: the temporary table similar_ids(location_id, similar_ids).

CREATE OR REPLACE TEMP TABLE similar_ids AS
WITH known AS (
    SELECT location_id FROM mapping
    UNION
    SELECT location_id FROM ajour_locations WHERE company_id = $company_id
    UNION
    SELECT location_id FROM revenue_of_no_unit
),
written AS (
    SELECT
        location_id,
        regexp_replace(
            regexp_replace(lower(location_id), '(^|[^0-9])0+([0-9])', '\1\2', 'g'),
            '[^\p{L}\p{N}]', '', 'g'
        ) AS spelling
    FROM known
)
SELECT one.location_id, string_agg(other.location_id, ', ' ORDER BY other.location_id) AS similar_ids
FROM written AS one
JOIN written AS other ON one.spelling = other.spelling AND one.location_id <> other.location_id
GROUP BY one.location_id;
