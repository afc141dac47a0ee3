-- How the days of a month are expected to go against each other, from expected_days: added to the temporary table
-- shapes. A day of which nothing can be said is taken for the mean of the unit's others.
INSERT INTO shapes BY NAME
SELECT
    business_date,
    department,
    unit,
    (
        coalesce(
            expected_revenue_excl_vat, (avg(expected_revenue_excl_vat) OVER (PARTITION BY unit))::DECIMAL(18, 2)
        ) * 100
    )::BIGINT AS weight
FROM expected_days;
