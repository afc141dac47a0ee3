-- Units, and departments with a target of their own, that plan more than the settings allow over it on a day of the
-- coming week, today included: from planned_places. What does not cover everything is not judged (D19), and hidden
-- wages are in no figure (D21).
SELECT
    first_day AS business_date,
    first_day AS alone,
    department,
    unit,
    wage_cost_judged AS wage_cost,
    judged_percentage AS wage_percentage,
    target
FROM planned_places
WHERE judged_percentage - target > $points_over_plan
    AND NOT is_provisional
    AND (unit IS NOT NULL OR has_own_target)
    AND NOT unallocated
