-- Manual figures into unit revenue (R12): those of entered(business_date, unit, revenue_incl_vat, revenue_excl_vat,
-- reason). Reads the settings from units(unit, department), and the variables vat and run_id. Every statement runs in
-- the caller's transaction.

-- What is entered as it stands already is no change.
CREATE OR REPLACE TEMP TABLE manual_changes AS
SELECT
    entered.business_date,
    entered.unit,
    units.department,
    if(getvariable('vat') = 'included', entered.revenue_incl_vat, entered.revenue_excl_vat) AS revenue,  -- R11
    getvariable('vat') AS vat,
    entered.revenue_incl_vat,
    entered.revenue_excl_vat,
    entered.reason,
    before.revenue AS revenue_before,
    before.source AS source_before
FROM entered
JOIN units USING (unit)
LEFT JOIN unit_revenue AS before USING (business_date, unit)
WHERE before.source IS DISTINCT FROM 'manual'
    OR before.vat <> getvariable('vat')
    OR before.revenue_incl_vat IS DISTINCT FROM entered.revenue_incl_vat
    OR before.revenue_excl_vat IS DISTINCT FROM entered.revenue_excl_vat;

-- D7
INSERT INTO unit_revenue_revisions BY NAME
SELECT
    business_date,
    unit,
    revenue_before,
    revenue AS revenue_after,
    source_before,
    'manual' AS source_after,
    getvariable('now') AS changed_at,
    getvariable('run_id') AS run_id,
    reason
FROM manual_changes
ORDER BY business_date, unit;

-- A manual figure is the whole of the unit-day, whichever location it is about.
INSERT OR REPLACE INTO unit_revenue BY NAME
SELECT
    business_date,
    unit,
    department,
    revenue,
    vat,
    revenue_incl_vat,
    revenue_excl_vat,
    'manual' AS source,
    []::VARCHAR[] AS locations,
    []::VARCHAR[] AS missing_locations,
    getvariable('now') AS updated_at,
    getvariable('run_id') AS run_id
FROM manual_changes
ORDER BY business_date, unit;
