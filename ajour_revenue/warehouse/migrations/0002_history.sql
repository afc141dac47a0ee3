-- What Ajour said and what people entered are kept for good, each as it came (D10); unit revenue follows from them.

CREATE TABLE fetches (
    company_id VARCHAR NOT NULL,
    business_date DATE NOT NULL,
    asked_at TIMESTAMPTZ NOT NULL,
    overwrite BOOLEAN NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (company_id, business_date, asked_at)
);

-- Of each day 0.1.0 knew the last fetch only. As one without overwrite it replaces no manual entry from before it.
INSERT INTO fetches BY NAME
SELECT company_id, business_date, fetched_at AS asked_at, false AS overwrite, run_id FROM fetched_days;

DROP TABLE fetched_days;

CREATE TABLE raw_revenue_history (
    company_id VARCHAR NOT NULL,
    business_date DATE NOT NULL,
    location_id VARCHAR NOT NULL,
    revenue_incl_vat_before DECIMAL(28, 8),
    revenue_excl_vat_before DECIMAL(28, 8),
    revenue_incl_vat_after DECIMAL(28, 8),
    revenue_excl_vat_after DECIMAL(28, 8),
    asked_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL
);

INSERT INTO raw_revenue_history BY NAME
SELECT
    company_id,
    business_date,
    location_id,
    revenue_incl_vat AS revenue_incl_vat_after,
    revenue_excl_vat AS revenue_excl_vat_after,
    fetched_at AS asked_at,
    run_id
FROM raw_revenue;

CREATE TABLE manual_revenue (
    business_date DATE NOT NULL,
    unit VARCHAR NOT NULL,
    location_id VARCHAR,
    revenue_incl_vat DECIMAL(18, 2) NOT NULL,
    revenue_excl_vat DECIMAL(18, 2) NOT NULL,
    reason VARCHAR NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    entered_by VARCHAR
);

INSERT INTO manual_revenue BY NAME
SELECT
    business_date,
    unit,
    revenue_incl_vat,
    revenue_excl_vat,
    coalesce(entries.reason, 'entered before 0.2.0') AS reason,
    coalesce(entries.entered_at, updated_at) AS entered_at
FROM unit_revenue
LEFT JOIN (
    SELECT business_date, unit, last(reason ORDER BY changed_at) AS reason, max(changed_at) AS entered_at
    FROM unit_revenue_revisions
    WHERE source_after = 'manual'
    GROUP BY ALL
) AS entries USING (business_date, unit)
WHERE source = 'manual';

-- A figure that stayed although Ajour had another one, or no longer all of it: 0.1.0 did not keep what it was made of.
INSERT INTO manual_revenue BY NAME
SELECT
    business_date,
    unit,
    stored.revenue_incl_vat,
    stored.revenue_excl_vat,
    'kept from before 0.2.0, when Ajour had another figure' AS reason,
    stored.updated_at AS entered_at
FROM unit_revenue AS stored
LEFT JOIN (
    SELECT
        business_date,
        unit,
        round(sum(raw_revenue.revenue_incl_vat), 2)::DECIMAL(18, 2) AS incl_vat,
        round(sum(raw_revenue.revenue_excl_vat), 2)::DECIMAL(18, 2) AS excl_vat
    FROM (SELECT business_date, unit, unnest(locations) AS location_id FROM unit_revenue)
    JOIN raw_revenue USING (business_date, location_id)
    GROUP BY ALL
) AS raw USING (business_date, unit)
WHERE stored.source = 'ajour'
    AND stored.revenue_incl_vat IS NOT NULL
    AND stored.revenue_excl_vat IS NOT NULL
    AND (incl_vat IS DISTINCT FROM stored.revenue_incl_vat OR excl_vat IS DISTINCT FROM stored.revenue_excl_vat);

ALTER TABLE unit_revenue_revisions ADD COLUMN vat_before VARCHAR;
ALTER TABLE unit_revenue_revisions ADD COLUMN vat_after VARCHAR;
ALTER TABLE unit_revenue_revisions ADD COLUMN revenue_incl_vat_before DECIMAL(18, 2);
ALTER TABLE unit_revenue_revisions ADD COLUMN revenue_incl_vat_after DECIMAL(18, 2);
ALTER TABLE unit_revenue_revisions ADD COLUMN revenue_excl_vat_before DECIMAL(18, 2);
ALTER TABLE unit_revenue_revisions ADD COLUMN revenue_excl_vat_after DECIMAL(18, 2);
ALTER TABLE unit_revenue_revisions ADD COLUMN change VARCHAR;

UPDATE unit_revenue_revisions
SET change = CASE
    WHEN source_before IS NULL THEN 'first figure'
    WHEN source_after IS NULL THEN 'removed'
    WHEN source_after = 'manual' THEN 'entered by hand'
    WHEN source_before = 'manual' THEN 'replaced a manual entry'
    WHEN revenue_before IS NULL THEN 'completed'
    ELSE 'corrected'
END;

DROP TABLE IF EXISTS made_by;
