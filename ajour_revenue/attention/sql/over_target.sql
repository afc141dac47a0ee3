-- Units, and departments with a target of their own, that were over it on the last day, which is that of figures. What
-- does not cover everything is not judged (D19), and hidden wages are in no figure (D21).
SELECT
    last_day AS business_date,
    department,
    unit,
    revenue_excl_vat,
    wage_cost,
    judged_percentage AS wage_percentage,
    target
FROM figures
WHERE judged_percentage > target
    AND NOT is_provisional
    AND (unit IS NOT NULL OR has_own_target)
    AND NOT unallocated
