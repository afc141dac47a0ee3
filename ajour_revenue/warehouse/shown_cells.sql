-- The cells that everything is made of which others may read: a day's revenue and wages of a unit, and with unit NULL
-- the wages of a department that belong to no unit (D20). A hidden wage is NULL, and so is the revenue that wages are
-- compared with: every sum leaves both out, so a hidden wage is in no figure and cannot be found by subtraction (D21).
CREATE OR REPLACE MACRO shown_cells(first_day, last_day, show_single_person) AS TABLE
    WITH calculated AS (
        FROM wage_percentage WHERE business_date BETWEEN first_day AND last_day
    ),
    wages AS (
        SELECT costs.*, people
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
            coalesce(calculated.wage_cost > 0, false) AS is_paid,
            calculated.wage_cost,
            wages.hours,
            is_hidden(calculated.wage_cost, wages.wage_cost, people, show_single_person) AS hidden
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
            wages.wage_cost > 0 AS is_paid,
            wages.wage_cost,
            hours,
            is_hidden(wages.wage_cost, wages.wage_cost, people, show_single_person) AS hidden
        FROM wages SEMI JOIN calculated USING (business_date, department)
        WHERE unit IS NULL
    )
    SELECT
        cells.* EXCLUDE (wage_cost, hours),
        of_department.target AS department_target,
        CASE WHEN NOT hidden THEN cells.wage_cost END AS wage_cost,
        -- Wages that were fetched and not calculated yet are not known to be hidden: neither are their hours told.
        CASE WHEN NOT hidden AND cells.wage_cost IS NOT NULL THEN hours END AS hours,
        CASE WHEN NOT hidden THEN cells.revenue_excl_vat END AS revenue_compared
    FROM cells
    LEFT JOIN calculated AS of_department
        ON of_department.business_date = cells.business_date
        AND of_department.department = cells.department
        AND of_department.unit IS NULL;
