-- Revenue, wage cost and wage percentage of each of the periods(first_day, last_day), as the temporary table figures:
-- per unit; per department; with department NULL for the company; and the wages of each that belong to no unit. Ratios
-- of sums (D2) of what may be shown (D21); what the sums cover (D19); what they are judged by (D20).
CREATE OR REPLACE TEMP TABLE figures AS
WITH cells AS (
    FROM shown_cells($first_day::DATE, $last_day::DATE, $show_single_person)
),
placed AS (
    SELECT department AS in_department, unit AS in_unit, false AS unallocated, target AS chosen_target, *
    FROM cells
    WHERE unit IS NOT NULL
    UNION ALL
    SELECT department, NULL, false, coalesce(department_target, target), * FROM cells
    UNION ALL
    SELECT NULL, NULL, false, coalesce(department_target, target), * FROM cells
    UNION ALL
    SELECT department, NULL, true, NULL, * FROM cells WHERE unit IS NULL
    UNION ALL
    SELECT NULL, NULL, true, NULL, * FROM cells WHERE unit IS NULL
),
weighed AS (
    SELECT
        *,
        target_weight(revenue_excl_vat) AS weight,
        (chosen_target * 100)::HUGEINT AS target_in_hundredths,
        -- A department's own target judges all its wages; else its units' targets judge its units' wages.
        unallocated OR unit IS NOT NULL OR department_target IS NOT NULL AS is_judged
    FROM placed
),
-- Each day is added up once, however many of the periods it belongs to.
days_of_places AS (
    SELECT
        business_date,
        in_department,
        in_unit,
        unallocated,
        sum(revenue_excl_vat) AS revenue_excl_vat,
        sum(revenue_incl_vat) AS revenue_incl_vat,
        sum(wage_cost) AS wage_cost,
        sum(wage_cost) FILTER (is_judged) AS wage_cost_judged,
        sum(revenue_compared) AS revenue_compared,
        sum(hours) AS hours,
        sum(weight) AS weight,
        sum(weight * target_in_hundredths) AS weighed_target,
        bool_or(weight > 0 AND target_in_hundredths IS NULL) AS lacks_weighed_target,
        bool_and(unit IS NULL OR chosen_target IS NOT NULL) AS has_targets,
        min(chosen_target) AS lowest_target,
        max(chosen_target) AS highest_target,
        bool_or(department_target IS NOT NULL) AS has_department_target,
        bool_or(is_incomplete) AS is_incomplete,
        bool_or(hidden AND is_judged) AS is_hidden,
        bool_or(is_expected AND NOT has_wages) AS is_without_wages,
        bool_or(is_expected AND NOT has_revenue) AS is_without_revenue
    FROM weighed
    GROUP BY ALL
),
days_of_periods AS (
    SELECT
        unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS business_date,
        first_day,
        last_day
    FROM periods
),
units_of_periods AS (
    SELECT
        first_day,
        last_day,
        department AS in_department,
        unit AS in_unit,
        bool_or(is_expected AND has_wages AND NOT hidden) AS has_wages,
        bool_or(is_expected AND has_revenue) AS has_revenue
    FROM cells JOIN days_of_periods USING (business_date)
    WHERE is_expected
    GROUP BY ALL
),
coverage AS (
    SELECT
        first_day,
        last_day,
        in_department,
        in_unit,
        false AS unallocated,
        count(DISTINCT in_unit) AS units,
        count(DISTINCT in_unit) FILTER (has_wages) AS units_with_wages,
        count(DISTINCT in_unit) FILTER (has_revenue) AS units_with_revenue
    FROM units_of_periods
    GROUP BY GROUPING SETS (
        (first_day, last_day, in_department, in_unit),
        (first_day, last_day, in_department),
        (first_day, last_day)
    )
),
sums AS (
    SELECT
        first_day,
        last_day,
        in_department,
        in_unit,
        unallocated,
        sum(revenue_excl_vat)::DECIMAL(38, 2) AS revenue_excl_vat,
        sum(revenue_incl_vat)::DECIMAL(38, 2) AS revenue_incl_vat,
        sum(wage_cost)::DECIMAL(38, 2) AS wage_cost,
        sum(wage_cost_judged)::DECIMAL(38, 2) AS wage_cost_judged,
        sum(revenue_compared)::DECIMAL(38, 2) AS revenue_compared,
        sum(hours)::DECIMAL(38, 2) AS hours,
        CASE
            WHEN bool_or(lacks_weighed_target) THEN NULL
            WHEN sum(weight) > 0 THEN mean_target(sum(weighed_target), sum(weight))
            WHEN bool_and(has_targets) AND min(lowest_target) = max(highest_target) THEN min(lowest_target)
        END::DECIMAL(5, 2) AS target,
        in_department IS NOT NULL AND in_unit IS NULL AND bool_or(has_department_target) AS has_own_target,
        count(*) AS days,
        count(*) FILTER (is_incomplete) AS days_incomplete,
        count(*) FILTER (is_hidden) AS days_hidden,
        count(*) FILTER (is_without_wages) AS days_without_wages,
        count(*) FILTER (is_without_revenue) AS days_without_revenue
    FROM days_of_places JOIN days_of_periods USING (business_date)
    GROUP BY first_day, last_day, in_department, in_unit, unallocated
)
SELECT
    sums.first_day,
    sums.last_day,
    sums.in_department AS department,
    sums.in_unit AS unit,
    sums.unallocated,
    revenue_excl_vat,
    revenue_incl_vat,
    wage_cost,
    hours,
    percentage(wage_cost, revenue_compared) AS wage_percentage,
    percentage(wage_cost_judged, revenue_compared) AS judged_percentage,
    target,
    has_own_target,
    days,
    days_incomplete,
    days_hidden,
    coalesce(units, 0) AS units,
    coalesce(units_with_wages, 0) AS units_with_wages,
    coalesce(units_with_revenue, 0) AS units_with_revenue,
    days_without_wages,
    days_without_revenue,
    days < sums.last_day - sums.first_day + 1
    OR days_hidden > 0
    OR days_without_wages > 0
    OR days_without_revenue > 0 AS is_provisional
FROM sums
LEFT JOIN coverage
    ON coverage.first_day = sums.first_day
    AND coverage.last_day = sums.last_day
    AND coverage.in_department IS NOT DISTINCT FROM sums.in_department
    AND coverage.in_unit IS NOT DISTINCT FROM sums.in_unit
    AND coverage.unallocated = sums.unallocated;
