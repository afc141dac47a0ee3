-- What holds no data: macros and views. Made anew whenever this text changes.

-- A quotient of whole numbers above zero, rounded half-up.
CREATE OR REPLACE MACRO rounded_quotient(part, whole) AS (2 * part + whole) // (2 * whole);

-- 100 x part / whole, rounded half-up to two decimals, in whole numbers all the way: DuckDB divides decimals as floats.
-- HUGEINT holds every sum, and takes thirty times as long as the BIGINT that nearly all of them fit into.
CREATE OR REPLACE MACRO percentage(part, whole) AS
    CASE WHEN whole <> 0 THEN
        (sign(part) * sign(whole) * CASE
            WHEN abs(part) < 1000000000000 AND abs(whole) < 1000000000000 THEN rounded_quotient(
                abs((part::DECIMAL(18, 2) * 100)::BIGINT) * 10000, abs((whole::DECIMAL(18, 2) * 100)::BIGINT)
            )::HUGEINT
            ELSE rounded_quotient(
                abs((part::DECIMAL(38, 2) * 100)::HUGEINT) * 10000, abs((whole::DECIMAL(38, 2) * 100)::HUGEINT)
            )
        END)::DECIMAL(36, 0) * 0.01
    END;

-- How much a day's target weighs in that of a longer period, or of more places: by the revenue in øre (D20).
CREATE OR REPLACE MACRO target_weight(revenue) AS greatest((revenue::DECIMAL(38, 2) * 100)::HUGEINT, 0);

-- The mean of targets, in whole numbers all the way and rounded half-up to two decimals once: of the sums of weight x
-- target in hundredths, and of the weights.
CREATE OR REPLACE MACRO mean_target(weighed, weights) AS
    rounded_quotient(weighed::HUGEINT, weights::HUGEINT)::DECIMAL(7, 0) * 0.01;

-- D21: a cell that fewer than two people earned is hidden, unless the settings show it. Where nobody counted them
-- (NULL), the wages come from a file whose maker decided what is in it.
CREATE OR REPLACE MACRO shown(amount, people, show_single_person) AS
    CASE WHEN show_single_person OR coalesce(people, 2) >= 2 THEN amount END;

-- The cells that everything is made of which others may read: a day's revenue and wages of a unit, and with unit NULL
-- the wages of a department that belong to no unit (D20). A hidden wage is NULL, and so is the revenue that wages are
-- compared with: every sum leaves both out, so a hidden wage is in no figure and cannot be found by subtraction (D21).
CREATE OR REPLACE MACRO shown_cells(first_day, last_day, show_single_person) AS TABLE
    WITH calculated AS (
        FROM wage_percentage WHERE business_date BETWEEN first_day AND last_day
    ),
    wages AS (
        SELECT
            costs.*,
            people,
            shown(wage_cost, people, show_single_person) IS NULL AS hidden
        FROM wage_costs AS costs
        LEFT JOIN wage_cost_people AS counted
            ON counted.business_date = costs.business_date
            AND counted.department = costs.department
            AND counted.unit IS NOT DISTINCT FROM costs.unit
        WHERE costs.business_date BETWEEN first_day AND last_day
    ),
    cells AS (
        SELECT
            calculated.business_date,
            calculated.department,
            calculated.unit,
            calculated.target,
            revenue.unit IS NOT NULL OR calculated.revenue_excl_vat IS NOT NULL OR calculated.wage_cost IS NOT NULL
                AS is_expected,
            calculated.revenue_excl_vat,
            revenue.revenue_incl_vat,
            coalesce(len(revenue.missing_locations) > 0, false) AS is_incomplete,
            -- A figure that stays although a location vanished is whole; one that a location never gave is not (D3).
            calculated.revenue_excl_vat IS NOT NULL
            AND coalesce(list_has_all(revenue.locations, revenue.missing_locations), true) AS has_revenue,
            calculated.wage_cost IS NOT NULL OR coalesce(calculated.revenue_excl_vat = 0, false) AS has_wages,
            calculated.wage_cost,
            wages.hours,
            calculated.wage_cost IS NOT NULL
            -- Of wages that were fetched again and not calculated yet, the people were counted in other ones.
            AND coalesce(hidden OR (people IS NOT NULL AND wages.wage_cost <> calculated.wage_cost), false) AS hidden
        FROM calculated
        LEFT JOIN unit_revenue AS revenue USING (business_date, department, unit)
        LEFT JOIN wages USING (business_date, department, unit)
        WHERE calculated.unit IS NOT NULL
        UNION ALL BY NAME
        SELECT
            business_date,
            department,
            false AS is_expected,
            false AS is_incomplete,
            wages.wage_cost,
            hours,
            hidden
        FROM wages SEMI JOIN calculated USING (business_date, department)
        WHERE unit IS NULL
    )
    SELECT
        cells.* EXCLUDE (wage_cost, hours),
        of_department.target AS department_target,
        CASE WHEN NOT hidden THEN cells.wage_cost END AS wage_cost,
        CASE WHEN NOT hidden THEN hours END AS hours,
        CASE WHEN NOT hidden THEN cells.revenue_excl_vat END AS revenue_compared
    FROM cells
    LEFT JOIN calculated AS of_department
        ON of_department.business_date = cells.business_date
        AND of_department.department = cells.department
        AND of_department.unit IS NULL;

-- The same a day for each unit, and with unit NULL for each department, all its wages included.
CREATE OR REPLACE MACRO shown_days(first_day, last_day, show_single_person) AS TABLE
    WITH cells AS (
        FROM shown_cells(first_day, last_day, show_single_person)
    ),
    places AS (
        SELECT *, unit AS place_unit FROM cells WHERE unit IS NOT NULL
        UNION ALL BY NAME
        SELECT *, NULL AS place_unit FROM cells
    )
    SELECT
        business_date,
        department,
        place_unit AS unit,
        sum(revenue_excl_vat)::DECIMAL(38, 2) AS revenue_excl_vat,
        sum(wage_cost)::DECIMAL(38, 2) AS wage_cost,
        sum(revenue_compared)::DECIMAL(38, 2) AS revenue_compared,
        bool_or(hidden) AND sum(wage_cost) IS NULL AS hidden
    FROM places
    GROUP BY ALL;

-- Ratios of sums (D2) of what may be shown, by ISO week and by month.
CREATE OR REPLACE VIEW wage_percentage_by_week AS
SELECT
    isoyear(business_date) AS iso_year,
    week(business_date) AS iso_week,
    department,
    unit,
    sum(days.revenue_excl_vat)::DECIMAL(38, 2) AS revenue_excl_vat,
    sum(days.wage_cost)::DECIMAL(38, 2) AS wage_cost,
    percentage(sum(days.wage_cost), sum(revenue_compared)) AS wage_percentage,
    count(*) AS days,
    count(*) FILTER (note IS NOT NULL) AS days_with_notes
FROM shown_days('0001-01-01'::DATE, '9999-12-31'::DATE, false) AS days
JOIN (SELECT business_date, department, unit AS noted_unit, note FROM wage_percentage) AS notes
    USING (business_date, department)
WHERE noted_unit IS NOT DISTINCT FROM unit
GROUP BY ALL;

CREATE OR REPLACE VIEW wage_percentage_by_month AS
SELECT
    date_trunc('month', business_date)::DATE AS month,
    department,
    unit,
    sum(days.revenue_excl_vat)::DECIMAL(38, 2) AS revenue_excl_vat,
    sum(days.wage_cost)::DECIMAL(38, 2) AS wage_cost,
    percentage(sum(days.wage_cost), sum(revenue_compared)) AS wage_percentage,
    count(*) AS days,
    count(*) FILTER (note IS NOT NULL) AS days_with_notes
FROM shown_days('0001-01-01'::DATE, '9999-12-31'::DATE, false) AS days
JOIN (SELECT business_date, department, unit AS noted_unit, note FROM wage_percentage) AS notes
    USING (business_date, department)
WHERE noted_unit IS NOT DISTINCT FROM unit
GROUP BY ALL;

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
