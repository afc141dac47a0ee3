-- What every place sold and paid on each day, as the temporary table days_of_places: a unit; a department with
-- in_unit NULL; the company with both NULL; and the wages of each that belong to no unit. Made of the temporary table
-- cells, which holds what may be shown alone (D21); with what each is judged by (D20) and what it lacks (D19).
CREATE OR REPLACE TEMP TABLE days_of_places AS
WITH weighed AS (
    SELECT *, target_weight(revenue_excl_vat) AS weight FROM cells
),
placed AS (
    SELECT department AS in_department, unit AS in_unit, false AS unallocated, target AS chosen_target, *
    FROM weighed
    WHERE unit IS NOT NULL
    UNION ALL
    SELECT department, NULL, false, coalesce(department_target, target), * FROM weighed
    UNION ALL
    SELECT NULL, NULL, false, coalesce(department_target, target), * FROM weighed
    UNION ALL
    SELECT department, NULL, true, NULL, * FROM weighed WHERE unit IS NULL
    UNION ALL
    SELECT NULL, NULL, true, NULL, * FROM weighed WHERE unit IS NULL
),
judged AS (
    SELECT
        *,
        -- A department's own target judges all its wages; else its units' targets judge its units' wages.
        unallocated OR unit IS NOT NULL OR department_target IS NOT NULL AS is_judged
    FROM placed
)
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
    coalesce(bool_or(revenue_compared <> 0 AND wage_cost <> 0 AND coalesce(hours, 0) = 0), false) AS lacks_hours,
    sum(weight) AS weight,
    sum(weight * chosen_target) AS weighed_target,
    bool_or(weight > 0 AND chosen_target IS NULL) AS lacks_weighed_target,
    bool_and(unit IS NULL OR chosen_target IS NOT NULL) AS has_targets,
    min(chosen_target) AS lowest_target,
    max(chosen_target) AS highest_target,
    bool_or(department_target IS NOT NULL) AS has_department_target,
    bool_or(is_incomplete) AS is_incomplete,
    bool_or(hidden AND is_judged) AS is_hidden,
    bool_or(is_expected AND NOT has_wages) AS is_without_wages,
    bool_or(is_expected AND NOT has_revenue) AS is_without_revenue,
    count(*) FILTER (is_expected) AS units,
    count(*) FILTER (is_expected AND has_wages AND NOT hidden) AS units_with_wages,
    count(*) FILTER (is_expected AND has_revenue) AS units_with_revenue
FROM judged
GROUP BY ALL;
