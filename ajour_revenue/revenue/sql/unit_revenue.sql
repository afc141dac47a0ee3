-- From raw revenue to unit revenue over the days first_day to last_day, for the company company_id.
-- Reads the settings from units(unit, department, target) and mapping(unit, location_id), and the variables vat and
-- overwrite. Every statement runs in the caller's transaction.

-- What Ajour's figures alone say. A mapped location without a row is missing, not zero (D3).
CREATE OR REPLACE TEMP TABLE fetched_units AS
SELECT
    days.business_date,
    units.unit,
    round(sum(raw.revenue_incl_vat), 2)::DECIMAL(18, 2) AS revenue_incl_vat,
    round(sum(raw.revenue_excl_vat), 2)::DECIMAL(18, 2) AS revenue_excl_vat,
    coalesce(list(mapping.location_id ORDER BY mapping.location_id) FILTER (raw.location_id IS NOT NULL), [])
        AS locations,
    coalesce(list(mapping.location_id ORDER BY mapping.location_id) FILTER (raw.location_id IS NULL), [])
        AS missing_locations
FROM (
    SELECT unnest(generate_series(getvariable('first_day'), getvariable('last_day'), INTERVAL 1 DAY))::DATE
        AS business_date
) AS days
CROSS JOIN units
JOIN mapping USING (unit)
LEFT JOIN raw_revenue AS raw
    ON raw.company_id = getvariable('company_id')
    AND raw.business_date = days.business_date
    AND raw.location_id = mapping.location_id
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE stored_units AS
SELECT * FROM unit_revenue
WHERE business_date BETWEEN getvariable('first_day') AND getvariable('last_day');

-- Which figure stands afterwards, and why an earlier one stays where it does.
CREATE OR REPLACE TEMP TABLE decided_units AS
SELECT
    business_date,
    unit,
    CASE
        -- R12: off, what is there stays; but not what Ajour gave for a unit that the settings no longer feed, which
        -- would be counted beside its successor (R13).
        WHEN stored.revenue IS NOT NULL
            AND NOT getvariable('overwrite')
            AND (fetched.unit IS NOT NULL OR stored.source = 'manual')
            THEN 'overwrite is off'
        -- R12 lets a fetched figure replace a manual one, but a figure that is missing or incomplete is none (D3).
        WHEN stored.source = 'manual' AND (fetched.unit IS NULL OR len(fetched.missing_locations) > 0)
            THEN 'manual entry kept'
        -- D3: a location that was in the figure has disappeared. A figure with a location that feeds another unit by
        -- now is not kept: it would be counted twice (R13).
        WHEN list_has_any(stored.locations, fetched.missing_locations)
            AND list_has_all(fetched.locations || fetched.missing_locations, stored.locations)
            THEN 'missing location'
    END AS kept,
    fetched.unit IS NOT NULL AS is_fetched
FROM fetched_units AS fetched
FULL JOIN stored_units AS stored USING (business_date, unit);

CREATE OR REPLACE TEMP TABLE unit_revenue_after AS
WITH chosen AS (
    SELECT
        business_date,
        unit,
        coalesce(units.department, stored.department) AS department,
        if(kept IS NOT DISTINCT FROM 'overwrite is off', stored.vat, getvariable('vat')) AS vat,
        if(kept IS NULL, fetched.revenue_incl_vat, stored.revenue_incl_vat) AS revenue_incl_vat,
        if(kept IS NULL, fetched.revenue_excl_vat, stored.revenue_excl_vat) AS revenue_excl_vat,
        if(kept IS NULL, 'ajour', stored.source) AS source,
        if(kept IS NULL, fetched.locations, stored.locations) AS locations,
        if(
            kept IS NOT DISTINCT FROM 'overwrite is off', stored.missing_locations,
            coalesce(fetched.missing_locations, [])
        ) AS missing_locations,
        kept
    FROM decided_units
    LEFT JOIN fetched_units AS fetched USING (business_date, unit)
    LEFT JOIN stored_units AS stored USING (business_date, unit)
    LEFT JOIN units USING (unit)
    WHERE is_fetched OR kept IS NOT NULL
)
SELECT *, if(vat = 'included', revenue_incl_vat, revenue_excl_vat) AS revenue  -- R11
FROM chosen;

-- D7: every change leaves a revision, from nothing and to nothing included.
INSERT INTO unit_revenue_revisions BY NAME
SELECT
    business_date,
    unit,
    before.revenue AS revenue_before,
    after.revenue AS revenue_after,
    before.source AS source_before,
    after.source AS source_after,
    getvariable('now') AS changed_at,
    getvariable('run_id') AS run_id
FROM unit_revenue_after AS after
FULL JOIN stored_units AS before USING (business_date, unit)
WHERE before.revenue IS DISTINCT FROM after.revenue OR before.source IS DISTINCT FROM after.source
ORDER BY business_date, unit;

DELETE FROM unit_revenue
WHERE business_date BETWEEN getvariable('first_day') AND getvariable('last_day');

-- A row that says what it said before keeps its time and run.
INSERT INTO unit_revenue BY NAME
SELECT
    after.* EXCLUDE (kept),
    if(same.unit IS NULL, getvariable('now'), same.updated_at) AS updated_at,
    if(same.unit IS NULL, getvariable('run_id'), same.run_id) AS run_id
FROM unit_revenue_after AS after
LEFT JOIN stored_units AS same
    ON same.business_date = after.business_date
    AND same.unit = after.unit
    AND same.department = after.department
    AND same.vat = after.vat
    AND same.source = after.source
    AND same.locations = after.locations
    AND same.missing_locations = after.missing_locations
    AND same.revenue_incl_vat IS NOT DISTINCT FROM after.revenue_incl_vat
    AND same.revenue_excl_vat IS NOT DISTINCT FROM after.revenue_excl_vat
ORDER BY after.business_date, after.unit;
