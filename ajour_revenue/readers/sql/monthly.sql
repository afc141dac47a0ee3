-- Every month of every place, as far as it has been calculated: ratios of sums (D2).
SELECT
    date_trunc('month', first_day)::DATE AS month,
    *
FROM told_figures
ORDER BY first_day, department NULLS LAST, level = 'not allocated', unit NULLS FIRST
