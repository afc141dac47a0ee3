-- unit_revenue_after into unit_revenue, for the days(business_date); every change leaves a revision (D7).
-- Every statement runs in the caller's transaction.

CREATE OR REPLACE TEMP TABLE unit_revenue_before AS
FROM unit_revenue SEMI JOIN days USING (business_date);

CREATE OR REPLACE TEMP TABLE unit_revenue_changes AS
WITH compared AS (
    SELECT business_date, unit, before, after
    FROM unit_revenue_before AS before FULL JOIN unit_revenue_after AS after USING (business_date, unit)
    WHERE before.source IS DISTINCT FROM after.source
        OR before.vat IS DISTINCT FROM after.vat
        OR before.revenue_incl_vat IS DISTINCT FROM after.revenue_incl_vat
        OR before.revenue_excl_vat IS DISTINCT FROM after.revenue_excl_vat
),
-- What the locations of the former figure come to now: where nothing else, Ajour corrected none of them.
former_part AS (
    SELECT
        business_date,
        unit,
        round(sum(incl_vat), 2)::DECIMAL(18, 2) AS incl_vat,
        round(sum(excl_vat), 2)::DECIMAL(18, 2) AS excl_vat
    FROM location_figures JOIN unit_revenue_before AS before USING (business_date, unit)
    WHERE list_contains(before.locations, location_id)
    GROUP BY ALL
),
entries AS (
    SELECT business_date, unit, last(reason ORDER BY entered_at) AS reason
    FROM manual_revenue SEMI JOIN days USING (business_date)
    GROUP BY ALL
)
SELECT
    business_date,
    unit,
    before.revenue AS revenue_before,
    after.revenue AS revenue_after,
    before.source AS source_before,
    after.source AS source_after,
    before.vat AS vat_before,
    after.vat AS vat_after,
    before.revenue_incl_vat AS revenue_incl_vat_before,
    after.revenue_incl_vat AS revenue_incl_vat_after,
    before.revenue_excl_vat AS revenue_excl_vat_before,
    after.revenue_excl_vat AS revenue_excl_vat_after,
    -- D16: a correction is a figure from Ajour that became another figure from Ajour, and nothing else.
    CASE
        WHEN after.unit IS NULL THEN 'removed'
        WHEN before.unit IS NULL AND earlier.unit IS NOT NULL THEN 'returned'
        WHEN after.source = 'manual' THEN 'entered by hand'
        WHEN before.unit IS NULL THEN 'first figure'
        WHEN before.source = 'manual' THEN 'replaced a manual entry'
        WHEN list_sort(list_distinct(before.locations || before.missing_locations))
            <> list_sort(list_distinct(after.locations || after.missing_locations)) THEN 'mapping'
        WHEN (before.revenue_incl_vat IS NOT DISTINCT FROM after.revenue_incl_vat)
            AND (before.revenue_excl_vat IS NOT DISTINCT FROM after.revenue_excl_vat) THEN 'VAT choice'
        WHEN (before.revenue_incl_vat IS NOT DISTINCT FROM former_part.incl_vat)
            AND (before.revenue_excl_vat IS NOT DISTINCT FROM former_part.excl_vat) THEN 'completed'
        ELSE 'corrected'
    END AS change,
    CASE WHEN after.source = 'manual' THEN entries.reason END AS reason
FROM compared
LEFT JOIN former_part USING (business_date, unit)
LEFT JOIN entries USING (business_date, unit)
LEFT JOIN (SELECT DISTINCT business_date, unit FROM unit_revenue_revisions) AS earlier USING (business_date, unit);

INSERT INTO unit_revenue_revisions BY NAME
SELECT *, $now AS changed_at, $run_id AS run_id
FROM unit_revenue_changes
ORDER BY business_date, unit;

DELETE FROM unit_revenue USING days WHERE unit_revenue.business_date = days.business_date;

-- A row that says what it said before keeps its time and run.
INSERT INTO unit_revenue BY NAME
SELECT
    after.* EXCLUDE (kept),
    if(same.unit IS NULL, $now, same.updated_at) AS updated_at,
    if(same.unit IS NULL, $run_id, same.run_id) AS run_id
FROM unit_revenue_after AS after
LEFT JOIN unit_revenue_before AS same
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
