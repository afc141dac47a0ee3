-- Unit-days whose figure was removed, since their unit has no location any more or is gone from the settings (D23),
-- with what we last put into Planday for them.
SELECT business_date, department, unit, planday_ours.turnover AS in_planday
FROM (
    SELECT business_date, unit
    FROM unit_revenue_revisions
    WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
    GROUP BY ALL
    HAVING last(change ORDER BY changed_at) = 'removed'
)
LEFT JOIN planday_ours USING (business_date, unit)
LEFT JOIN units USING (unit)
