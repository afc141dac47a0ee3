-- Unit-days of first_day to last_day whose figure was changed after it was first stored (D7, D16): what it was at
-- first, and what it is now, incl. or excl. VAT as vat says. One that was changed back is no longer news.
WITH changes AS (
    SELECT
        business_date,
        unit,
        first(if($vat = 'included', revenue_incl_vat_before, revenue_excl_vat_before) ORDER BY changed_at)
            AS known_before,
        first(revenue_before ORDER BY changed_at) AS told_before,
        last(if($vat = 'included', revenue_incl_vat_after, revenue_excl_vat_after) ORDER BY changed_at) AS known_after,
        last(revenue_after ORDER BY changed_at) AS told_after,
        first(source_before ORDER BY changed_at) AS source_before,
        last(source_after ORDER BY changed_at) AS source_after,
        max(changed_at) AS changed_at,
        last(reason ORDER BY changed_at) AS reason
    FROM unit_revenue_revisions
    WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
        AND change IN ('corrected', 'completed', 'entered by hand', 'replaced a manual entry', 'removed')
        AND source_before IS NOT NULL
    GROUP BY ALL
)
SELECT
    business_date,
    business_date AS alone,
    department,
    unit,
    $vat AS vat,
    -- 0.1.0 kept the amount that was chosen then, and not both.
    coalesce(known_before, told_before) AS revenue_before,
    coalesce(known_after, told_after) AS revenue_after,
    source_before,
    source_after,
    changed_at,
    reason
FROM changes LEFT JOIN unit_revenue USING (business_date, unit)
WHERE coalesce(known_before, told_before) IS DISTINCT FROM coalesce(known_after, told_after)
    OR source_before IS DISTINCT FROM source_after
