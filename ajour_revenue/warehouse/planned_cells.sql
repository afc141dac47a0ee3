-- The cells of the coming days, as shown_cells has those of the past: what a unit is expected to sell and its planned
-- wages, and with unit NULL those of a department that belong to no unit (D20). Hidden by the same rule (D21).
CREATE OR REPLACE MACRO planned_cells(first_day, last_day, show_single_person) AS TABLE
    WITH calculated AS (
        FROM wage_plan WHERE business_date BETWEEN first_day AND last_day
    ),
    cells AS (
        SELECT
            calculated.business_date,
            calculated.department,
            calculated.unit,
            calculated.target,
            calculated.expected_revenue_excl_vat IS NOT NULL OR calculated.planned_wage_cost IS NOT NULL AS is_expected,
            calculated.expected_revenue_excl_vat AS revenue_excl_vat,
            calculated.expected_revenue_excl_vat IS NOT NULL AS has_revenue,
            calculated.planned_wage_cost IS NOT NULL OR coalesce(calculated.expected_revenue_excl_vat = 0, false)
                AS has_wages,
            coalesce(calculated.planned_wage_cost > 0, false) AS is_paid,
            calculated.planned_wage_cost AS wage_cost,
            wages.hours,
            is_hidden(calculated.planned_wage_cost, wages.wage_cost, people, show_single_person) AS hidden
        FROM calculated
        LEFT JOIN planned_wages AS wages USING (business_date, department, unit)
        WHERE calculated.unit IS NOT NULL
        UNION ALL BY NAME
        SELECT
            business_date,
            department,
            false AS is_expected,
            wages.wage_cost > 0 AS is_paid,
            wages.wage_cost,
            hours,
            is_hidden(wages.wage_cost, wages.wage_cost, people, show_single_person) AS hidden
        FROM planned_wages AS wages SEMI JOIN calculated USING (business_date, department)
        WHERE unit IS NULL
    )
    SELECT
        cells.* EXCLUDE (wage_cost, hours),
        NULL::DECIMAL(18, 2) AS revenue_incl_vat,
        false AS is_incomplete,
        of_department.target AS department_target,
        CASE WHEN NOT hidden THEN cells.wage_cost END AS wage_cost,
        CASE WHEN NOT hidden THEN hours END AS hours,
        CASE WHEN NOT hidden THEN cells.revenue_excl_vat END AS revenue_compared
    FROM cells
    LEFT JOIN calculated AS of_department
        ON of_department.business_date = cells.business_date
        AND of_department.department = cells.department
        AND of_department.unit IS NULL;
