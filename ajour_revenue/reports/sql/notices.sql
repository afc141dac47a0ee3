-- What needs attention on the days first_day to last_day, days in a row together. What a department says only because
-- one of its units does is told once, of the unit.
WITH told AS (
    SELECT
        business_date,
        department,
        unit,
        unnest(string_split(note, '; ')) AS words,
        revenue_excl_vat,
        wage_cost,
        hidden
    FROM shown_days($first_day::DATE, $last_day::DATE, $show_single_person)
    WHERE note IS NOT NULL
),
kinds AS (
    SELECT * EXCLUDE (words), CASE WHEN starts_with(words, 'missing: ') THEN 'missing' ELSE words END AS kind
    FROM told
    WHERE kind IN ('missing', 'wages without revenue', 'revenue without wages', 'negative revenue')
),
locations AS (
    SELECT business_date, department, unit, string_agg(coalesce(location_name, location_id), ', ' ORDER BY location_id)
        AS locations
    FROM (
        SELECT business_date, department, unit, unnest(missing_locations) AS location_id
        FROM unit_revenue
        WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
    )
    LEFT JOIN (
        SELECT location_id, any_value(location_name) AS location_name FROM ajour_locations GROUP BY location_id
    ) USING (location_id)
    GROUP BY ALL
),
first_told AS (
    SELECT kinds.*, CASE WHEN kind = 'missing' THEN locations END AS locations
    FROM kinds
    LEFT JOIN locations USING (business_date, department, unit)
    WHERE unit IS NOT NULL OR NOT EXISTS (
        FROM kinds AS of_unit
        WHERE of_unit.business_date = kinds.business_date
            AND of_unit.department = kinds.department
            AND of_unit.kind = kinds.kind
            AND of_unit.unit IS NOT NULL
    )
),
islands AS (
    SELECT
        *,
        business_date - row_number() OVER (
            PARTITION BY kind, department, unit, locations, hidden ORDER BY business_date
        )::INTEGER AS island
    FROM first_told
)
SELECT
    kind,
    min(business_date) AS first_day,
    max(business_date) AS last_day,
    department,
    unit,
    locations,
    sum(revenue_excl_vat)::DECIMAL(18, 2) AS revenue_excl_vat,
    sum(wage_cost)::DECIMAL(18, 2) AS wage_cost,
    hidden
FROM islands
GROUP BY kind, department, unit, locations, hidden, island
ORDER BY last_day DESC, kind, department, unit NULLS LAST;
