-- The wage costs given(business_date, department, unit, wage_cost, hours, people) and given_people(business_date,
-- department, people) into the warehouse, for the days first_day to last_day. Every statement runs in the caller's
-- transaction.

CREATE OR REPLACE TEMP TABLE stored_wage_costs AS
FROM wage_costs WHERE business_date BETWEEN $first_day AND $last_day;

DELETE FROM wage_costs WHERE business_date BETWEEN $first_day AND $last_day;

-- A row that says what it said before keeps its time and run.
INSERT INTO wage_costs BY NAME
SELECT
    given.* EXCLUDE (people),
    coalesce(same.updated_at, $now) AS updated_at,
    coalesce(same.run_id, $run_id) AS run_id
FROM given
LEFT JOIN stored_wage_costs AS same
    ON same.business_date = given.business_date
    AND same.department = given.department
    AND same.unit IS NOT DISTINCT FROM given.unit
    AND same.wage_cost = given.wage_cost
    AND same.hours = given.hours;

DELETE FROM wage_cost_people WHERE business_date BETWEEN $first_day AND $last_day;

INSERT INTO wage_cost_people BY NAME FROM given_people;
