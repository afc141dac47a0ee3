-- From the planned cost of every shift to wage cost per day, department and unit: the temporary tables wage_costs and
-- not_affecting_revenue. Reads shifts(business_date, department_id, position_id, employee_id, cost, hours), which is
-- never stored (D5), planday_structure, and the settings' units(unit, department, planday_unit_id).

CREATE OR REPLACE TEMP VIEW allocated_shifts AS
WITH known_units AS (
    SELECT units.unit, units.department, planday_unit_id, planday_structure.department_id
    FROM units
    JOIN planday_structure ON kind = 'revenue unit' AND id = planday_unit_id
),
-- Where the settings share one of Planday's departments out among several, one takes all that is allocated to no unit:
-- no cost counts twice.
departments AS (
    SELECT
        known_units.department_id,
        first(department ORDER BY department IS DISTINCT FROM planday_structure.name, department) AS department
    FROM known_units
    LEFT JOIN planday_structure ON kind = 'department' AND id = known_units.department_id
    GROUP BY ALL
)
SELECT
    shifts.business_date,
    coalesce(known_units.department, departments.department) AS department,
    known_units.unit,
    shifts.employee_id,
    shifts.cost,
    shifts.hours,
    -- A cost without a position, a supplement for instance, counts.
    coalesce(positions.affects_revenue, true) AS affects_revenue
FROM shifts
JOIN departments USING (department_id)
LEFT JOIN planday_structure AS positions ON positions.kind = 'position' AND positions.id = shifts.position_id
LEFT JOIN known_units
    ON known_units.planday_unit_id = positions.revenue_unit_id AND known_units.department_id = shifts.department_id;

-- What each person costs in a cell: of a unit, of no unit, or of what does not affect revenue. People are counted whose
-- cost is not 0; a cost without a person is nobody's (D21).
CREATE OR REPLACE TEMP VIEW people_in_cells AS
SELECT
    business_date,
    department,
    CASE WHEN affects_revenue THEN unit END AS unit,
    affects_revenue,
    employee_id,
    sum(cost) AS cost,
    sum(hours) AS hours,
    employee_id IS NOT NULL AND round(sum(cost), 2) <> 0 AS counts
FROM allocated_shifts
GROUP BY business_date, department, CASE WHEN affects_revenue THEN unit END, affects_revenue, employee_id;

CREATE OR REPLACE TEMP TABLE wage_costs AS
SELECT
    business_date,
    department,
    unit,
    round(sum(cost), 2)::DECIMAL(18, 2) AS wage_cost,
    round(sum(hours), 2)::DECIMAL(18, 2) AS hours,
    count(*) FILTER (counts)::INTEGER AS people
FROM people_in_cells
WHERE affects_revenue
GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE not_affecting_revenue AS
SELECT
    business_date,
    department,
    round(sum(cost), 2)::DECIMAL(18, 2) AS wage_cost,
    count(*) FILTER (counts)::INTEGER AS people
FROM people_in_cells
WHERE NOT affects_revenue
GROUP BY ALL;
