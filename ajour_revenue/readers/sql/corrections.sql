-- Every change of a unit-day's revenue after it was first stored.
SELECT
    business_date AS day,
    department,
    unit,
    change,
    revisions.revenue_excl_vat_before,
    revisions.revenue_excl_vat_after,
    revisions.revenue_incl_vat_before,
    revisions.revenue_incl_vat_after,
    source_before,
    source_after,
    reason,
    changed_at
FROM unit_revenue_revisions AS revisions
LEFT JOIN unit_revenue USING (business_date, unit)
WHERE change <> 'first figure'
ORDER BY changed_at, day, unit
