-- The budget of every place on each day, as the temporary table budget_of_places: a unit; a department with in_unit
-- NULL; the company with both NULL. A department's own budget counts for it as it stands; one without is what its units
-- have. An amount that lacks a unit is none. Nothing at all unless the settings name a budget file, is_budgeted.
CREATE OR REPLACE TEMP TABLE budget_of_places AS
WITH days AS (
    SELECT DISTINCT business_date FROM budget WHERE $is_budgeted
),
of_units AS (
    SELECT
        business_date,
        department,
        unit,
        budget_revenue_excl_vat AS revenue,
        budget_wage_percentage AS percentage
    FROM days CROSS JOIN units LEFT JOIN budget USING (business_date, department, unit)
),
of_departments AS (
    SELECT
        business_date,
        department,
        budget_revenue_excl_vat AS revenue,
        budget_wage_percentage AS percentage
    FROM budget SEMI JOIN days USING (business_date) SEMI JOIN units USING (department)
    WHERE unit IS NULL
),
counted AS (
    SELECT business_date, department, revenue, percentage
    FROM of_units ANTI JOIN of_departments USING (business_date, department)
    UNION ALL BY NAME
    FROM of_departments
),
placed AS (
    SELECT business_date, department AS in_department, unit AS in_unit, revenue, percentage FROM of_units
    UNION ALL
    SELECT business_date, department, NULL, revenue, percentage FROM counted
    UNION ALL
    SELECT business_date, NULL, NULL, revenue, percentage FROM counted
)
SELECT
    business_date,
    in_department,
    in_unit,
    CASE WHEN bool_and(revenue IS NOT NULL) THEN sum(revenue) END AS revenue,
    sum(revenue * percentage) AS weighed,
    bool_or(percentage IS NULL AND revenue <> 0) AS lacks_percentage,
    bool_and(percentage IS NOT NULL) AS has_percentages,
    min(percentage) AS lowest,
    max(percentage) AS highest
FROM placed
GROUP BY ALL;
