-- The budget of every place in each of the periods(first_day, last_day), from budget_of_places. None where a day lacks;
-- a ratio of sums where there is revenue to weigh by, else the percentage that all days have in common.
SELECT
    first_day,
    last_day,
    in_department AS department,
    in_unit AS unit,
    CASE WHEN bool_and(revenue IS NOT NULL) THEN sum(revenue) END::DECIMAL(38, 2) AS revenue_excl_vat,
    judging_target(
        bool_or(coalesce(lacks_percentage, false)),
        sum(weighed),
        CASE WHEN bool_and(revenue IS NOT NULL) THEN sum(revenue) END,
        bool_and(has_percentages),
        min(lowest),
        max(highest)
    ) AS wage_percentage
FROM periods JOIN budget_of_places ON business_date BETWEEN first_day AND last_day
GROUP BY ALL
HAVING count(*) = last_day - first_day + 1
