-- What every place is expected to sell and plans to pay, as the temporary table planned_places: from the coming days'
-- cells and figures, of a day each, and from expected_revenue. Only what may be shown (D21); what is planned in kroner
-- is judged as its percentage is (D20).
CREATE OR REPLACE TEMP TABLE planned_places AS
WITH units_of_plan AS (
    SELECT
        cells.business_date,
        cells.department AS in_department,
        cells.unit AS in_unit,
        cells.revenue_excl_vat,
        low,
        high,
        note,
        holiday,
        holiday_english,
        round(cells.revenue_excl_vat * target * 0.01, 2)::DECIMAL(18, 2) AS at_unit_target,
        -- A department's own target is for all that its units sell (D20).
        round(cells.revenue_excl_vat * coalesce(department_target, target) * 0.01, 2)::DECIMAL(18, 2)
            AS at_department_target,
        coalesce(department_target, target) IS NULL AND coalesce(cells.revenue_excl_vat > 0, false) AS lacks_target,
        coalesce(cells.revenue_excl_vat = 0, false) AS is_closed
    FROM cells
    LEFT JOIN expected_revenue USING (business_date, unit)
    WHERE cells.unit IS NOT NULL
),
ranges AS (
    SELECT
        business_date,
        in_department,
        in_unit,
        CASE WHEN bool_and(low IS NOT NULL OR is_closed) THEN sum(low) END::DECIMAL(38, 2) AS low,
        CASE WHEN bool_and(high IS NOT NULL OR is_closed) THEN sum(high) END::DECIMAL(38, 2) AS high,
        CASE
            WHEN in_unit IS NOT NULL THEN sum(at_unit_target)
            WHEN NOT bool_or(lacks_target) THEN sum(at_department_target)
        END::DECIMAL(38, 2) AS wage_cost_at_target,
        CASE WHEN in_unit IS NOT NULL THEN any_value(note) END AS note,
        any_value(holiday) AS holiday,
        any_value(holiday_english) AS holiday_english
    FROM units_of_plan
    GROUP BY GROUPING SETS (
        (business_date, in_department, in_unit),
        (business_date, in_department),
        (business_date)
    )
)
SELECT
    figures.*,
    low,
    high,
    wage_cost_at_target,
    CASE WHEN NOT is_provisional THEN wage_cost_judged - wage_cost_at_target END::DECIMAL(38, 2) AS over_target,
    note,
    holiday,
    holiday_english
FROM figures
LEFT JOIN ranges
    ON ranges.business_date = figures.first_day
    AND ranges.in_department IS NOT DISTINCT FROM figures.department
    AND ranges.in_unit IS NOT DISTINCT FROM figures.unit
    AND NOT figures.unallocated;
