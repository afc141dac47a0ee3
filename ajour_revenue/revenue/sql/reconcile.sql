-- Where stored unit revenue differs from the raw revenue of its locations, or from what it should be by now
-- (unit_revenue_after), on the days(business_date): the temporary table differences. A reason is NULL where none is
-- known. The øre of a unit-day is rounded once (D1), so both sides are compared unit-day by unit-day.

CREATE OR REPLACE TEMP TABLE differences AS
WITH last_fetches AS (
    SELECT business_date, arg_max(company_id, asked_at) AS company_id, bool_and(overwrite) AS overwrite
    FROM fetches SEMI JOIN days USING (business_date)
    GROUP BY ALL
),
raw AS (
    SELECT
        business_date,
        unit,
        round(sum(revenue_incl_vat), 2)::DECIMAL(18, 2) AS incl_vat,
        round(sum(revenue_excl_vat), 2)::DECIMAL(18, 2) AS excl_vat
    FROM raw_revenue
    JOIN last_fetches USING (business_date, company_id)
    JOIN mapping ON mapping.location_id = raw_revenue.location_id
        AND business_date BETWEEN mapping.first_day AND mapping.last_day
    GROUP BY ALL
),
stored AS (
    FROM unit_revenue SEMI JOIN days USING (business_date)
)
SELECT
    business_date,
    unit,
    raw.incl_vat AS raw_incl_vat,
    stored.revenue_incl_vat AS unit_incl_vat,
    raw.excl_vat AS raw_excl_vat,
    stored.revenue_excl_vat AS unit_excl_vat,
    CASE
        WHEN (stored.revenue_incl_vat IS DISTINCT FROM expected.revenue_incl_vat)
            OR (stored.revenue_excl_vat IS DISTINCT FROM expected.revenue_excl_vat)
            OR (stored.source IS DISTINCT FROM expected.source) THEN NULL
        WHEN stored.source = 'manual' AND expected.kept LIKE 'manual entry%' THEN expected.kept
        WHEN stored.source = 'manual' THEN 'manual entry'
        WHEN len(stored.missing_locations) > 0 THEN 'missing location'
        WHEN NOT last_fetches.overwrite THEN 'overwrite is off'
    END AS reason
FROM raw
FULL JOIN stored USING (business_date, unit)
FULL JOIN unit_revenue_after AS expected USING (business_date, unit)
LEFT JOIN last_fetches USING (business_date)
WHERE raw.incl_vat IS DISTINCT FROM stored.revenue_incl_vat
    OR raw.excl_vat IS DISTINCT FROM stored.revenue_excl_vat
    OR stored.revenue_incl_vat IS DISTINCT FROM expected.revenue_incl_vat
    OR stored.revenue_excl_vat IS DISTINCT FROM expected.revenue_excl_vat
    OR stored.source IS DISTINCT FROM expected.source
    OR expected.kept = 'manual entry that may hold a location of another unit';

-- What is in no figure, since no unit has its location on that day (D17): the temporary table in_no_unit.
CREATE OR REPLACE TEMP TABLE in_no_unit AS
SELECT
    business_date,
    location_id,
    revenue_incl_vat::DECIMAL(18, 2) AS revenue_incl_vat,
    revenue_excl_vat::DECIMAL(18, 2) AS revenue_excl_vat
FROM raw_revenue
SEMI JOIN (
    SELECT business_date, arg_max(company_id, asked_at) AS company_id
    FROM fetches SEMI JOIN days USING (business_date)
    GROUP BY ALL
) AS last_fetches USING (business_date, company_id)
ANTI JOIN mapped USING (business_date, location_id);
