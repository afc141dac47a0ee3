-- Planned wages against expected revenue, per unit and department, for the days first_day to last_day: from
-- expected_revenue, planned_wages and the settings' units(unit, department) and targets(department, unit, weekday,
-- target). Days that have passed are no plan any more.

DELETE FROM wage_plan;

INSERT INTO wage_plan BY NAME
WITH days AS (
    SELECT unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date
),
wages AS (
    SELECT business_date, department, unit, wage_cost, hours
    FROM planned_wages
    WHERE business_date BETWEEN $first_day::DATE AND $last_day::DATE
),
-- Every unit of the settings has a row each day, and so has one that only the planned wages still know.
places AS (
    SELECT business_date, department, unit FROM days CROSS JOIN units
    UNION
    SELECT business_date, department, unit FROM wages WHERE unit IS NOT NULL
),
unit_days AS (
    SELECT
        places.*,
        expected_revenue_excl_vat,
        low,
        high,
        note AS expected_note,
        wage_cost AS planned_wage_cost,
        hours AS planned_hours,
        targets.target,
        round(expected_revenue_excl_vat * targets.target * 0.01, 2)::DECIMAL(18, 2) AS wage_cost_at_target,
        of_departments.target AS department_target,
        -- A department's own target is for all that its units sell (D20).
        round(expected_revenue_excl_vat * coalesce(department_target, targets.target) * 0.01, 2)::DECIMAL(18, 2)
            AS at_department_target
    FROM places
    LEFT JOIN expected_revenue USING (business_date, department, unit)
    LEFT JOIN wages USING (business_date, department, unit)
    LEFT JOIN targets
        ON targets.department = places.department
        AND targets.unit = places.unit
        AND targets.weekday = lower(dayname(places.business_date))
    LEFT JOIN targets AS of_departments
        ON of_departments.department = places.department
        AND of_departments.unit IS NULL
        AND of_departments.weekday = lower(dayname(places.business_date))
),
-- The department pays for what is allocated to no unit, too.
department_days AS (
    SELECT
        business_date,
        department,
        sum(expected_revenue_excl_vat) AS expected_revenue_excl_vat,
        -- Of a unit that is closed there is no interval, and nothing to be unsure of.
        CASE WHEN bool_and(low IS NOT NULL OR coalesce(expected_revenue_excl_vat = 0, false)) THEN sum(low) END AS low,
        CASE WHEN bool_and(high IS NOT NULL OR coalesce(expected_revenue_excl_vat = 0, false)) THEN sum(high) END
            AS high,
        CASE
            WHEN bool_and(at_department_target IS NOT NULL OR coalesce(expected_revenue_excl_vat = 0, true))
                THEN sum(at_department_target)
        END AS wage_cost_at_target,
        any_value(department_target) AS target,
        string_agg(unit, ', ' ORDER BY unit) FILTER (expected_revenue_excl_vat IS NULL) AS units_without_figure,
        string_agg(unit, ', ' ORDER BY unit) FILTER (expected_revenue_excl_vat > 0 AND planned_wage_cost IS NULL)
            AS units_without_shifts
    FROM unit_days
    GROUP BY ALL
),
department_wages AS (
    SELECT business_date, department, sum(wage_cost) AS planned_wage_cost, sum(hours) AS planned_hours
    FROM wages
    GROUP BY ALL
),
all_rows AS (
    SELECT
        * EXCLUDE (expected_note, department_target, at_department_target),
        concat_ws(
            '; ',
            expected_note,
            CASE WHEN expected_revenue_excl_vat > 0 AND planned_wage_cost IS NULL THEN 'no shifts planned' END,
            CASE WHEN expected_revenue_excl_vat = 0 AND planned_wage_cost > 0 THEN 'wages without revenue' END
        ) AS note
    FROM unit_days
    UNION ALL BY NAME
    SELECT
        department_days.* EXCLUDE (units_without_figure, units_without_shifts),
        planned_wage_cost,
        planned_hours,
        concat_ws(
            '; ',
            'nothing expected of ' || units_without_figure,
            'no shifts planned for ' || units_without_shifts
        ) AS note
    FROM department_days
    LEFT JOIN department_wages USING (business_date, department)
)
SELECT
    * EXCLUDE (note),
    percentage(planned_wage_cost, expected_revenue_excl_vat) AS planned_wage_percentage,
    nullif(note, '') AS note
FROM all_rows
ORDER BY business_date, department, unit NULLS LAST;
