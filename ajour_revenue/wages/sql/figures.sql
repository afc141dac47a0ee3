-- Revenue, wage cost and wage percentage of each of the periods(first_day, last_day): per unit; with unit NULL per
-- department; with both NULL for the company. Ratios of sums (D2), single wages hidden (D5).
SELECT
    periods.first_day,
    periods.last_day,
    department,
    unit,
    sum(revenue_excl_vat)::DECIMAL(18, 2) AS revenue_excl_vat,
    sum(revenue_incl_vat)::DECIMAL(18, 2) AS revenue_incl_vat,
    sum(wage_cost)::DECIMAL(18, 2) AS wage_cost,
    percentage(sum(wage_cost)::DECIMAL(18, 2), sum(revenue_compared)::DECIMAL(18, 2)) AS wage_percentage,
    CASE
        WHEN unit IS NOT NULL THEN arg_max(target, business_date)
        WHEN count(*) FILTER (target_weight > 0 AND weighed_target IS NULL) = 0
            THEN percentage(sum(weighed_target)::DECIMAL(38, 2), (sum(target_weight) * 100)::DECIMAL(38, 2))
    END::DECIMAL(5, 2) AS target,
    count(DISTINCT business_date) AS days,
    count(DISTINCT business_date) FILTER (incomplete) AS days_incomplete,
    count(DISTINCT business_date) FILTER (hidden) AS days_hidden
FROM periods
JOIN report_days($first_day::DATE, $last_day::DATE, $show_single_person) AS days
    ON days.business_date BETWEEN periods.first_day AND periods.last_day
GROUP BY periods.first_day, periods.last_day, department, unit
ORDER BY periods.first_day, periods.last_day, department NULLS LAST, unit NULLS FIRST;
