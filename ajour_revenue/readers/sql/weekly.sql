-- Every ISO week of every place, as far as it has been calculated: ratios of sums (D2).
SELECT
    isoyear(first_day) AS iso_year,
    week(first_day) AS iso_week,
    *
FROM told_figures
ORDER BY first_day, department NULLS LAST, level = 'not allocated', unit NULLS FIRST
