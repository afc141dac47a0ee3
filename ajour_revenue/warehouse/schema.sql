-- Every table and view of an integration's warehouse. Dagster's column schemas are read from here, comments and all.
-- Dates are Ajour's business dates (D4). Money is DKK. Times are instants.

CREATE TABLE IF NOT EXISTS ajour_locations (
    company_id VARCHAR NOT NULL,
    location_id VARCHAR NOT NULL,
    location_name VARCHAR NOT NULL,
    unit VARCHAR,
    last_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (company_id, location_id)
);
COMMENT ON COLUMN ajour_locations.company_id IS 'Ajour''s number of the company';
COMMENT ON COLUMN ajour_locations.location_id IS 'Ajour''s id of the location';
COMMENT ON COLUMN ajour_locations.location_name IS 'Ajour''s name of the location';
COMMENT ON COLUMN ajour_locations.unit IS 'Revenue unit that the location feeds; NULL where nobody has mapped it (R13)';
COMMENT ON COLUMN ajour_locations.last_seen_at IS 'When Ajour last listed the location';

CREATE TABLE IF NOT EXISTS fetched_days (
    company_id VARCHAR NOT NULL,
    business_date DATE NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (company_id, business_date)
);
COMMENT ON COLUMN fetched_days.company_id IS 'Ajour''s number of the company';
COMMENT ON COLUMN fetched_days.business_date IS 'A day that was asked for and answered, with or without revenue';
COMMENT ON COLUMN fetched_days.fetched_at IS 'When it was last fetched';
COMMENT ON COLUMN fetched_days.run_id IS 'Dagster run that last fetched it';

CREATE TABLE IF NOT EXISTS raw_revenue (
    company_id VARCHAR NOT NULL,
    business_date DATE NOT NULL,
    location_id VARCHAR NOT NULL,
    revenue_incl_vat DECIMAL(28, 8) NOT NULL,
    revenue_excl_vat DECIMAL(28, 8) NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (company_id, business_date, location_id)
);
COMMENT ON COLUMN raw_revenue.company_id IS 'Ajour''s number of the company';
COMMENT ON COLUMN raw_revenue.business_date IS 'Ajour''s business date: sales after midnight belong to the evening before (D4)';
COMMENT ON COLUMN raw_revenue.location_id IS 'Ajour''s id of the location';
COMMENT ON COLUMN raw_revenue.revenue_incl_vat IS 'DKK incl. VAT, as Ajour gave it (D7); negative where refunds exceed sales (D6)';
COMMENT ON COLUMN raw_revenue.revenue_excl_vat IS 'DKK excl. VAT, as Ajour gave it (D7)';
COMMENT ON COLUMN raw_revenue.fetched_at IS 'When this row was fetched';
COMMENT ON COLUMN raw_revenue.run_id IS 'Dagster run that fetched it';

CREATE TABLE IF NOT EXISTS unit_revenue (
    business_date DATE NOT NULL,
    unit VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    revenue DECIMAL(18, 2),
    vat VARCHAR NOT NULL CHECK (vat IN ('included', 'excluded')),
    revenue_incl_vat DECIMAL(18, 2),
    revenue_excl_vat DECIMAL(18, 2),
    source VARCHAR NOT NULL CHECK (source IN ('ajour', 'manual')),
    locations VARCHAR[] NOT NULL,
    missing_locations VARCHAR[] NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (business_date, unit)
);
COMMENT ON COLUMN unit_revenue.business_date IS 'Ajour''s business date (D4)';
COMMENT ON COLUMN unit_revenue.unit IS 'Revenue unit';
COMMENT ON COLUMN unit_revenue.department IS 'Department that the unit belongs to';
COMMENT ON COLUMN unit_revenue.revenue IS 'DKK, incl. or excl. VAT as the column vat says (R11); NULL where no location has given a figure (D3)';
COMMENT ON COLUMN unit_revenue.vat IS 'Whether revenue is with VAT: included or excluded (R11)';
COMMENT ON COLUMN unit_revenue.revenue_incl_vat IS 'DKK incl. VAT, rounded half-up to the øre once (D1)';
COMMENT ON COLUMN unit_revenue.revenue_excl_vat IS 'DKK excl. VAT, rounded half-up to the øre once (D1)';
COMMENT ON COLUMN unit_revenue.source IS 'ajour or manual (R12)';
COMMENT ON COLUMN unit_revenue.locations IS 'Ajour locations whose figures are in the revenue';
COMMENT ON COLUMN unit_revenue.missing_locations IS 'Mapped Ajour locations that the fetch gave no row for: missing is not zero (D3)';
COMMENT ON COLUMN unit_revenue.updated_at IS 'When the row last changed';
COMMENT ON COLUMN unit_revenue.run_id IS 'Dagster run that last changed it';

CREATE TABLE IF NOT EXISTS unit_revenue_revisions (
    business_date DATE NOT NULL,
    unit VARCHAR NOT NULL,
    revenue_before DECIMAL(18, 2),
    revenue_after DECIMAL(18, 2),
    source_before VARCHAR,
    source_after VARCHAR,
    changed_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    reason VARCHAR
);
-- A warehouse from before manual entries had reasons.
ALTER TABLE unit_revenue_revisions ADD COLUMN IF NOT EXISTS reason VARCHAR;
COMMENT ON TABLE unit_revenue_revisions IS 'Every change of a stored unit-day, the first storing included (D7). Only ever added to.';
COMMENT ON COLUMN unit_revenue_revisions.source_before IS 'NULL where the unit-day was not there before';
COMMENT ON COLUMN unit_revenue_revisions.source_after IS 'NULL where the unit-day was removed, its unit being gone from the settings';
COMMENT ON COLUMN unit_revenue_revisions.reason IS 'Why somebody entered a manual figure; NULL where a run changed it';

CREATE TABLE IF NOT EXISTS planday_structure (
    kind VARCHAR NOT NULL CHECK (kind IN ('portal', 'department', 'revenue unit', 'position')),
    id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    department_id BIGINT,
    revenue_unit_id BIGINT,
    affects_revenue BOOLEAN,
    PRIMARY KEY (kind, id)
);
COMMENT ON COLUMN planday_structure.kind IS 'portal, department, revenue unit or position';
COMMENT ON COLUMN planday_structure.id IS 'Planday''s id, unique among those of its kind in this portal';
COMMENT ON COLUMN planday_structure.name IS 'Planday''s name';
COMMENT ON COLUMN planday_structure.department_id IS 'Department that a revenue unit or a position belongs to';
COMMENT ON COLUMN planday_structure.revenue_unit_id IS 'Revenue unit that a position''s wages are allocated to';
COMMENT ON COLUMN planday_structure.affects_revenue IS 'Whether a position''s wages count in the wage percentage';

CREATE TABLE IF NOT EXISTS wage_costs (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    unit VARCHAR,
    wage_cost DECIMAL(18, 2) NOT NULL,
    hours DECIMAL(18, 2) NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    UNIQUE (business_date, department, unit)
);
COMMENT ON COLUMN wage_costs.business_date IS 'Date on which the shift started (D4)';
COMMENT ON COLUMN wage_costs.department IS 'Department that pays the wages';
COMMENT ON COLUMN wage_costs.unit IS 'Revenue unit; NULL where the cost is not allocated to one';
COMMENT ON COLUMN wage_costs.wage_cost IS 'DKK; wages carry no VAT';
COMMENT ON COLUMN wage_costs.hours IS 'Hours of the shifts';
COMMENT ON COLUMN wage_costs.updated_at IS 'When the row last changed';
COMMENT ON COLUMN wage_costs.run_id IS 'Dagster run that last changed it';

CREATE TABLE IF NOT EXISTS wage_cost_people (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (business_date, department)
);
COMMENT ON TABLE wage_cost_people IS 'How many people a department''s wage cost of a day is made of: one person''s is not for others to read (D5)';

CREATE TABLE IF NOT EXISTS wage_percentage (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    unit VARCHAR,
    revenue_excl_vat DECIMAL(18, 2),
    wage_cost DECIMAL(18, 2),
    wage_percentage DECIMAL(38, 2),
    target DECIMAL(5, 2),
    note VARCHAR,
    UNIQUE (business_date, department, unit)
);
COMMENT ON COLUMN wage_percentage.business_date IS 'Ajour''s business date (D4)';
COMMENT ON COLUMN wage_percentage.department IS 'Department';
COMMENT ON COLUMN wage_percentage.unit IS 'Revenue unit; NULL is the department''s total';
COMMENT ON COLUMN wage_percentage.revenue_excl_vat IS 'DKK excl. VAT, whatever R11 says; NULL where none is known';
COMMENT ON COLUMN wage_percentage.wage_cost IS 'DKK; the department''s total includes what is allocated to no unit; NULL where none is known';
COMMENT ON COLUMN wage_percentage.wage_percentage IS '100 x wage cost / revenue excl. VAT (D2); NULL where revenue is 0 or missing';
COMMENT ON COLUMN wage_percentage.target IS 'The unit''s target, in percent';
COMMENT ON COLUMN wage_percentage.note IS 'What is missing or needs a look';

CREATE TABLE IF NOT EXISTS planday_revenue (
    business_date DATE NOT NULL,
    unit VARCHAR NOT NULL,
    planday_unit_id BIGINT NOT NULL,
    turnover DECIMAL(18, 2) NOT NULL,
    outcome VARCHAR NOT NULL
        CHECK (outcome IN ('published', 'unchanged', 'no shift that day', 'kept existing', 'refused')),
    published_at TIMESTAMPTZ,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (business_date, unit)
);
COMMENT ON COLUMN planday_revenue.business_date IS 'Ajour''s business date (D4)';
COMMENT ON COLUMN planday_revenue.unit IS 'Revenue unit';
COMMENT ON COLUMN planday_revenue.planday_unit_id IS 'Planday''s id of the unit';
COMMENT ON COLUMN planday_revenue.turnover IS 'DKK, incl. or excl. VAT as R11 says: what Planday was to have';
COMMENT ON COLUMN planday_revenue.outcome IS 'published: Planday took it; unchanged: it had that figure; no shift that day: it has no opening day to put it on; kept existing: it has a figure of somebody else''s, and overwrite is off (R12); refused: it does not take it';
COMMENT ON COLUMN planday_revenue.published_at IS 'When Planday last took a figure of ours for the unit-day; NULL where it never did';
COMMENT ON COLUMN planday_revenue.run_id IS 'Dagster run that came to this outcome';

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

-- The shown days again for the reports: also with revenue incl. VAT, and with department NULL for the whole company.
-- A department has no target of its own; what its units' targets come to, weighed by their revenue, stands for it.
CREATE OR REPLACE MACRO report_days(first_day, last_day, show_single_person) AS TABLE
    WITH days AS (
        FROM shown_days(first_day, last_day, show_single_person)
    ),
    unit_days AS (
        SELECT
            days.*,
            unit_revenue.revenue_incl_vat,
            greatest(days.revenue_excl_vat, 0) AS target_weight,
            target_weight * days.target AS weighed_target
        FROM days LEFT JOIN unit_revenue USING (business_date, department, unit)
        WHERE unit IS NOT NULL
    ),
    department_days AS (
        SELECT
            days.* EXCLUDE (target),
            sum(unit_days.revenue_incl_vat)::DECIMAL(18, 2) AS revenue_incl_vat,
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
