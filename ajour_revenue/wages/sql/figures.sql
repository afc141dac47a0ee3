-- Revenue, wage cost, wage percentage and hours of each of the periods(first_day, last_day, of_company_alone), as the
-- temporary table figures: sums of days_of_places, ratios of the sums (D2), what they cover (D19), and the target that
-- judges them (D20).
CREATE OR REPLACE TEMP TABLE figures AS
WITH days_of_periods AS (
    SELECT
        unnest(generate_series(first_day, last_day, INTERVAL 1 DAY))::DATE AS business_date,
        first_day,
        last_day,
        of_company_alone
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
        bool_or(lacks_hours) AS lacks_hours,
        judging_target(
            bool_or(lacks_weighed_target),
            sum(weighed_target),
            sum(weight),
            bool_and(has_targets),
            min(lowest_target),
            max(highest_target)
        ) AS target,
        in_department IS NOT NULL AND in_unit IS NULL AND bool_or(has_department_target) AS has_own_target,
        count(*) AS days,
        count(*) FILTER (is_incomplete) AS days_incomplete,
        count(*) FILTER (is_hidden) AS days_hidden,
        count(*) FILTER (is_without_wages) AS days_without_wages,
        count(*) FILTER (is_without_revenue) AS days_without_revenue
    FROM days_of_places JOIN days_of_periods USING (business_date)
    WHERE in_department IS NULL OR NOT of_company_alone
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
    wage_cost_judged,
    hours,
    lacks_hours,
    revenue_compared,
    percentage(wage_cost, revenue_compared) AS wage_percentage,
    percentage(wage_cost_judged, revenue_compared) AS judged_percentage,
    revenue_per_hour(revenue_compared, hours, lacks_hours) AS revenue_per_hour,
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
