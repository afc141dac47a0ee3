-- Unit-days of first_day to last_day whose figure has changed since it was first stored (D7, D16): what it was at
-- first, what it is now, and every change on the way. One that was changed back is no longer news, and one that was
-- removed is a unit that is no longer fed (D23).
WITH revisions AS (
    SELECT
        business_date,
        unit,
        change,
        source_before,
        source_after,
        changed_at,
        reason,
        -- 0.1.0 kept the amount that was chosen then, and not both.
        coalesce(revenue_incl_vat_before, CASE WHEN $vat = 'included' THEN revenue_before END) AS incl_before,
        coalesce(revenue_incl_vat_after, CASE WHEN $vat = 'included' THEN revenue_after END) AS incl_after,
        coalesce(revenue_excl_vat_before, CASE WHEN $vat = 'excluded' THEN revenue_before END) AS excl_before,
        coalesce(revenue_excl_vat_after, CASE WHEN $vat = 'excluded' THEN revenue_after END) AS excl_after
    FROM unit_revenue_revisions
    WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE AND change <> 'first figure'
),
changed AS (
    SELECT
        business_date,
        unit,
        list(change ORDER BY changed_at) AS changes,
        told_change(
            $vat,
            first(incl_before ORDER BY changed_at),
            last(incl_after ORDER BY changed_at),
            first(excl_before ORDER BY changed_at),
            last(excl_after ORDER BY changed_at)
        ) AS told,
        first(source_before ORDER BY changed_at) AS source_before,
        last(source_after ORDER BY changed_at) AS source_after,
        max(changed_at) AS changed_at,
        last(reason ORDER BY changed_at) AS reason
    FROM revisions
    GROUP BY business_date, unit
)
SELECT
    business_date,
    business_date AS alone,
    department,
    unit,
    changes,
    told.vat AS vat,
    told.before AS revenue_before,
    told.after AS revenue_after,
    source_before,
    source_after,
    changed_at,
    reason
FROM changed LEFT JOIN unit_revenue USING (business_date, unit)
WHERE changes[-1] <> 'removed'
    AND (told.before IS DISTINCT FROM told.after OR source_before IS DISTINCT FROM source_after)
