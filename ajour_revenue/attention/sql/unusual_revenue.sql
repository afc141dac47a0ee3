-- Unit-days with far less or far more revenue than was expected (D26), and what is the likely cause of it: less than a
-- half or more than the double, and beyond the third power of the ends of the 80 % interval, both relative to what was
-- expected. benchmarks/unusual.py chose how far.
WITH bounds AS (
    SELECT
        *,
        expected_revenue_excl_vat * least((low / expected_revenue_excl_vat) ** 3, 0.5) AS lower_bound,
        expected_revenue_excl_vat * greatest((high / expected_revenue_excl_vat) ** 3, 2) AS upper_bound
    FROM expected_then
),
unusual AS (
    SELECT
        unit_revenue.business_date,
        unit_revenue.department,
        unit,
        unit_revenue.revenue_excl_vat,
        bounds.* EXCLUDE (business_date, unit),
        source,
        revenue_excl_vat < lower_bound AS is_low,
        NOT list_has_all(locations, missing_locations) AS is_incomplete,
        list_sort(list_distinct(locations || missing_locations)) AS fed_by
    FROM bounds JOIN unit_revenue USING (business_date, unit)
    WHERE revenue_excl_vat NOT BETWEEN lower_bound AND upper_bound
        -- That a location is missing says why, and is a finding of its own where nobody entered a figure (D3).
        AND NOT (is_low AND is_incomplete AND source = 'ajour')
),
remapped AS (
    SELECT DISTINCT unusual.business_date, unit, true AS is_remapped
    FROM unusual JOIN unit_revenue AS before USING (unit)
    WHERE before.business_date BETWEEN unusual.business_date - 28 AND unusual.business_date - 1
        AND len(fed_by) > 0
        AND len(before.locations || before.missing_locations) > 0
        AND list_sort(list_distinct(before.locations || before.missing_locations)) <> fed_by
),
-- What made an unusual figure of a usual one.
turns AS (
    SELECT business_date, unit, last(change ORDER BY changed_at) AS turn
    FROM unit_revenue_revisions JOIN unusual USING (business_date, unit)
    WHERE revenue_excl_vat_before BETWEEN lower_bound AND upper_bound
        AND (revenue_excl_vat_after < lower_bound OR revenue_excl_vat_after > upper_bound)
    GROUP BY ALL
),
shown AS (
    SELECT
        *,
        -- Where nobody's wages are known of a day, that a unit has none says nothing.
        bool_or(is_paid) OVER (PARTITION BY business_date) AS has_wages
    FROM shown_days($first_day::DATE, $last_day::DATE, $show_single_person)
    SEMI JOIN unusual USING (business_date)
)
SELECT
    business_date,
    business_date AS alone,
    department,
    unit,
    unusual.revenue_excl_vat,
    expected_revenue_excl_vat,
    CASE
        WHEN is_low AND is_incomplete THEN 'missing location'
        WHEN turn = 'mapping' OR is_remapped THEN 'mapping changed'
        WHEN turn = 'corrected' THEN 'correction'
        WHEN source = 'manual' THEN 'manual entry'
        WHEN holiday IS NOT NULL THEN 'holiday'
        WHEN NOT is_low THEN 'none known'
        WHEN unusual.revenue_excl_vat = 0 AND is_paid THEN 'open'
        WHEN NOT coalesce(has_wages, false) OR is_paid OR hidden THEN 'none known'
        WHEN unusual.revenue_excl_vat = 0 THEN 'closed'
        ELSE 'no wages'
    END AS cause,
    holiday,
    holiday_english
FROM unusual
LEFT JOIN remapped USING (business_date, unit)
LEFT JOIN turns USING (business_date, unit)
LEFT JOIN shown USING (business_date, department, unit)
