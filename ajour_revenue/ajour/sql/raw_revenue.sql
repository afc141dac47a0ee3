-- What a fetch answered, into raw_revenue and its history: answer(business_date, location_id, revenue_incl_vat,
-- revenue_excl_vat), which can be read once, for the days first_day to last_day. Every statement runs in the caller's
-- transaction.

CREATE OR REPLACE TEMP TABLE fetched AS FROM answer;

-- Later knowledge wins (D15): a day that another run has asked for since is left as it is.
CREATE OR REPLACE TEMP TABLE answered_days AS
SELECT unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date
EXCEPT
SELECT business_date FROM fetches WHERE company_id = $company_id AND asked_at >= $asked_at;

CREATE OR REPLACE TEMP TABLE raw_changes AS
SELECT
    business_date,
    location_id,
    stored.revenue_incl_vat AS revenue_incl_vat_before,
    stored.revenue_excl_vat AS revenue_excl_vat_before,
    answered.revenue_incl_vat AS revenue_incl_vat_after,
    answered.revenue_excl_vat AS revenue_excl_vat_after
FROM (FROM fetched SEMI JOIN answered_days USING (business_date)) AS answered
FULL JOIN (
    FROM raw_revenue SEMI JOIN answered_days USING (business_date) WHERE company_id = $company_id
) AS stored USING (business_date, location_id)
WHERE stored.revenue_incl_vat IS DISTINCT FROM answered.revenue_incl_vat
    OR stored.revenue_excl_vat IS DISTINCT FROM answered.revenue_excl_vat;

-- D7, D10
INSERT INTO raw_revenue_history BY NAME
SELECT $company_id AS company_id, *, $asked_at AS asked_at, $run_id AS run_id
FROM raw_changes;

DELETE FROM raw_revenue
USING raw_changes
WHERE raw_revenue.company_id = $company_id
    AND raw_revenue.business_date = raw_changes.business_date
    AND raw_revenue.location_id = raw_changes.location_id
    AND revenue_incl_vat_after IS NULL;

-- A row that says what it said before keeps its time and run.
UPDATE raw_revenue
SET
    revenue_incl_vat = raw_changes.revenue_incl_vat_after,
    revenue_excl_vat = raw_changes.revenue_excl_vat_after,
    fetched_at = $asked_at,
    run_id = $run_id
FROM raw_changes
WHERE raw_revenue.company_id = $company_id
    AND raw_revenue.business_date = raw_changes.business_date
    AND raw_revenue.location_id = raw_changes.location_id
    AND revenue_incl_vat_after IS NOT NULL;

INSERT INTO raw_revenue BY NAME
SELECT
    $company_id AS company_id,
    business_date,
    location_id,
    revenue_incl_vat_after AS revenue_incl_vat,
    revenue_excl_vat_after AS revenue_excl_vat,
    $asked_at AS fetched_at,
    $run_id AS run_id
FROM raw_changes
WHERE revenue_incl_vat_before IS NULL;

INSERT INTO fetches BY NAME
SELECT
    $company_id AS company_id,
    business_date,
    $asked_at AS asked_at,
    $overwrite AS overwrite,
    $run_id AS run_id
FROM answered_days
ORDER BY business_date;
