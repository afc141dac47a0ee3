-- What we last put into Planday, on the days first_day to last_day, for unit-days whose figure was taken away since,
-- with their unit or their location (D23): the temporary table still_in_planday. Where another unit of the settings has
-- the same id in Planday, as after a new name, what Planday shows is that one's.

CREATE OR REPLACE TEMP TABLE still_in_planday AS
WITH fed AS (
    SELECT business_date, planday_unit_id FROM unit_revenue JOIN units USING (unit)
)
SELECT business_date, planday_ours.unit, turnover
FROM planday_ours
ANTI JOIN unit_revenue USING (business_date, unit)
ANTI JOIN fed USING (business_date, planday_unit_id)
WHERE turnover IS NOT NULL AND business_date BETWEEN $first_day::DATE AND $last_day::DATE;
