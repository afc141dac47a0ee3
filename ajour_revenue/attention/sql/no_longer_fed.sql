-- Unit-days whose figure was taken away, since their unit has no location any more or is gone from the settings (D23),
-- while Planday still shows what we last put there.
SELECT business_date, department, unit, turnover AS in_planday
FROM still_in_planday LEFT JOIN units USING (unit)
