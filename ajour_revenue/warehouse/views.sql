-- What holds no data: macros and views. Made anew whenever this text changes.

-- 100 x part / whole, rounded half-up to two decimals, in whole numbers all the way: DuckDB divides decimals as floats.
CREATE OR REPLACE MACRO percentage(part, whole) AS
    CASE WHEN whole <> 0 THEN
        (sign(part) * sign(whole) * (
            (abs((part::DECIMAL(38, 2) * 100)::HUGEINT) * 20000 + abs((whole::DECIMAL(38, 2) * 100)::HUGEINT))
            // (2 * abs((whole::DECIMAL(38, 2) * 100)::HUGEINT))
        ))::DECIMAL(36, 0) * 0.01
    END;

-- D5: the wage of fewer than two people is hidden, unless the settings show it. Where nobody counted them (NULL), the
-- wages come from a file whose maker decided what is in it.
CREATE OR REPLACE MACRO shown(amount, people, show_single_person) AS
    CASE WHEN show_single_person OR coalesce(people, 2) >= 2 THEN amount END;

-- The days of wage_percentage as others may read them (D5). A hidden wage is NULL, and so is the revenue that wages are
-- compared with on that day: sums leave both out, so a hidden wage cannot be found by subtracting one sum from another.
CREATE OR REPLACE MACRO shown_days(first_day, last_day, show_single_person) AS TABLE
    WITH days AS (
        SELECT
            wage_percentage.* EXCLUDE (wage_cost, wage_percentage),
            shown(wage_cost, people, show_single_person) AS wage_cost,
            wage_cost IS NOT NULL AND shown(wage_cost, people, show_single_person) IS NULL AS hidden
        FROM wage_percentage LEFT JOIN wage_cost_people USING (business_date, department)
        WHERE business_date BETWEEN first_day AND last_day
    )
    SELECT *, CASE WHEN NOT hidden THEN revenue_excl_vat END AS revenue_compared
    FROM days;

-- What reports say of a period: ratios of sums (D2), a row per unit, and with unit NULL per department.
CREATE OR REPLACE MACRO wage_percentage_of(first_day, last_day, show_single_person) AS TABLE
    SELECT
        department,
        unit,
        sum(revenue_excl_vat)::DECIMAL(18, 2) AS revenue_excl_vat,
        sum(wage_cost)::DECIMAL(18, 2) AS wage_cost,
        percentage(sum(wage_cost)::DECIMAL(18, 2), sum(revenue_compared)::DECIMAL(18, 2)) AS wage_percentage,
        max(target) AS target
    FROM shown_days(first_day, last_day, show_single_person)
    GROUP BY department, unit
    ORDER BY department, unit NULLS LAST;

CREATE OR REPLACE VIEW wage_percentage_by_week AS
SELECT
    isoyear(business_date) AS iso_year,
    week(business_date) AS iso_week,
    department,
    unit,
    sum(revenue_excl_vat)::DECIMAL(18, 2) AS revenue_excl_vat,
    sum(wage_cost)::DECIMAL(18, 2) AS wage_cost,
    percentage(sum(wage_cost)::DECIMAL(18, 2), sum(revenue_excl_vat)::DECIMAL(18, 2)) AS wage_percentage,
    count(*) AS days,
    count(*) FILTER (note IS NOT NULL) AS days_with_notes
FROM wage_percentage
GROUP BY ALL;

CREATE OR REPLACE VIEW wage_percentage_by_month AS
SELECT
    date_trunc('month', business_date)::DATE AS month,
    department,
    unit,
    sum(revenue_excl_vat)::DECIMAL(18, 2) AS revenue_excl_vat,
    sum(wage_cost)::DECIMAL(18, 2) AS wage_cost,
    percentage(sum(wage_cost)::DECIMAL(18, 2), sum(revenue_excl_vat)::DECIMAL(18, 2)) AS wage_percentage,
    count(*) AS days,
    count(*) FILTER (note IS NOT NULL) AS days_with_notes
FROM wage_percentage
GROUP BY ALL;

-- The shown days once more for the reports: also with revenue incl. VAT, and with department NULL for the whole
-- company.
-- A department has no target of its own; what its units' targets come to, weighed by their revenue, stands for it.
CREATE OR REPLACE MACRO report_days(first_day, last_day, show_single_person) AS TABLE
    WITH days AS (
        FROM shown_days(first_day, last_day, show_single_person)
    ),
    unit_days AS (
        SELECT
            days.*,
            unit_revenue.revenue_incl_vat,
            coalesce(len(unit_revenue.missing_locations) > 0, false) AS incomplete,
            greatest(days.revenue_excl_vat, 0) AS target_weight,
            target_weight * days.target AS weighed_target
        FROM days LEFT JOIN unit_revenue USING (business_date, department, unit)
        WHERE unit IS NOT NULL
    ),
    department_days AS (
        SELECT
            days.* EXCLUDE (target),
            sum(unit_days.revenue_incl_vat)::DECIMAL(18, 2) AS revenue_incl_vat,
            coalesce(bool_or(incomplete), false) AS incomplete,
            sum(target_weight) AS target_weight,
            -- A unit that sold something and has no target leaves its department without one.
            CASE WHEN count(*) FILTER (target_weight > 0 AND unit_days.target IS NULL) = 0 THEN sum(weighed_target) END
                AS weighed_target
        FROM days LEFT JOIN unit_days USING (business_date, department)
        WHERE days.unit IS NULL
        GROUP BY ALL
    )
    FROM unit_days
    UNION ALL BY NAME
    FROM department_days
    UNION ALL BY NAME
    SELECT * REPLACE (NULL AS department) FROM department_days;

-- What is told of a change of two amounts: the one that vat chooses, unless only the other has changed (D16).
CREATE OR REPLACE MACRO told_change(vat, incl_before, incl_after, excl_before, excl_after) AS
    CASE WHEN if(
            vat = 'included',
            incl_before IS DISTINCT FROM incl_after OR coalesce(excl_before = excl_after, true),
            excl_before IS NOT DISTINCT FROM excl_after AND coalesce(incl_before <> incl_after, false)
        )
        THEN { 'vat': 'included', 'before': incl_before, 'after': incl_after }
        ELSE { 'vat': 'excluded', 'before': excl_before, 'after': excl_after }
    END;
