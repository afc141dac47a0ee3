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
)
SELECT
    periods.first_day,
    periods.last_day,
    in_department AS department,
    in_unit AS unit,
    unallocated,
    sum(revenue_excl_vat)::DECIMAL(38, 2) AS revenue_excl_vat,
    sum(revenue_incl_vat)::DECIMAL(38, 2) AS revenue_incl_vat,
    sum(wage_cost)::DECIMAL(38, 2) AS wage_cost,
    sum(hours)::DECIMAL(38, 2) AS hours,
    percentage(sum(wage_cost), sum(revenue_compared)) AS wage_percentage,
    percentage(sum(wage_cost) FILTER (is_judged), sum(revenue_compared)) AS judged_percentage,
    CASE
        WHEN count(*) FILTER (weight > 0 AND target_in_hundredths IS NULL) > 0 THEN NULL
        WHEN sum(weight) > 0 THEN mean_target(sum(weight * target_in_hundredths), sum(weight))
        WHEN bool_and(unit IS NULL OR chosen_target IS NOT NULL) AND min(chosen_target) = max(chosen_target)
            THEN min(chosen_target)
    END::DECIMAL(5, 2) AS target,
    in_department IS NOT NULL AND in_unit IS NULL AND bool_or(department_target IS NOT NULL) AS has_own_target,
    count(DISTINCT business_date) AS days,
    count(DISTINCT business_date) FILTER (is_incomplete) AS days_incomplete,
    count(DISTINCT business_date) FILTER (hidden AND is_judged) AS days_hidden,
    count(DISTINCT unit) FILTER (is_expected) AS units,
    count(DISTINCT unit) FILTER (is_expected AND has_wages AND NOT hidden) AS units_with_wages,
    count(DISTINCT unit) FILTER (is_expected AND has_revenue) AS units_with_revenue,
    count(DISTINCT business_date) FILTER (is_expected AND NOT has_wages) AS days_without_wages,
    count(DISTINCT business_date) FILTER (is_expected AND NOT has_revenue) AS days_without_revenue,
    days < periods.last_day - periods.first_day + 1
    OR days_hidden > 0
    OR days_without_wages > 0
    OR days_without_revenue > 0 AS is_provisional
FROM periods
JOIN weighed ON business_date BETWEEN periods.first_day AND periods.last_day
GROUP BY periods.first_day, periods.last_day, in_department, in_unit, unallocated;
