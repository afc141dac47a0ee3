-- Unit-days of first_day to last_day whose figure was changed after it was first stored (D7): what it was at first, and
-- what it is now. One that was changed back is no longer news.
SELECT
    business_date,
    department,
    unit,
    coalesce(vat, getvariable('vat')) AS vat,
    first(revenue_before ORDER BY changed_at) AS revenue_before,
    last(revenue_after ORDER BY changed_at) AS revenue_after,
    first(source_before ORDER BY changed_at) AS source_before,
    last(source_after ORDER BY changed_at) AS source_after,
    max(changed_at) AS changed_at,
    last(reason ORDER BY changed_at) AS reason
FROM unit_revenue_revisions LEFT JOIN unit_revenue USING (business_date, unit)
WHERE business_date BETWEEN getvariable('first_day') AND getvariable('last_day') AND source_before IS NOT NULL
GROUP BY ALL
HAVING revenue_before IS DISTINCT FROM revenue_after OR source_before IS DISTINCT FROM source_after
ORDER BY business_date DESC, department, unit;
