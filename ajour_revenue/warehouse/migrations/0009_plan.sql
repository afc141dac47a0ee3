-- The coming days: what is expected to be sold, what the planned shifts cost, and what the one is of the other.

CREATE TABLE expected_revenue (
    business_date DATE NOT NULL,
    unit VARCHAR NOT NULL,
    department VARCHAR NOT NULL,
    expected_revenue_excl_vat DECIMAL(18, 2),
    low DECIMAL(18, 2),
    high DECIMAL(18, 2),
    note VARCHAR,
    weekday_revenue DECIMAL(18, 2),
    level DECIMAL(9, 4),
    learnt_from DATE[] NOT NULL,
    learnt_revenue_excl_vat DECIMAL(18, 2)[] NOT NULL,
    learnt_weights DECIMAL(9, 4)[] NOT NULL,
    holiday VARCHAR,
    holiday_english VARCHAR,
    holiday_factor DECIMAL(9, 4),
    last_holiday DATE,
    last_holiday_revenue_excl_vat DECIMAL(18, 2),
    made_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (business_date, unit)
);

CREATE TABLE planned_wages (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    unit VARCHAR,
    wage_cost DECIMAL(18, 2) NOT NULL,
    hours DECIMAL(18, 2) NOT NULL,
    people INTEGER,
    fetched_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    UNIQUE (business_date, department, unit)
);

CREATE TABLE wage_plan (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    unit VARCHAR,
    expected_revenue_excl_vat DECIMAL(18, 2),
    low DECIMAL(18, 2),
    high DECIMAL(18, 2),
    planned_wage_cost DECIMAL(18, 2),
    planned_hours DECIMAL(18, 2),
    planned_wage_percentage DECIMAL(38, 2),
    target DECIMAL(5, 2),
    wage_cost_at_target DECIMAL(18, 2),
    note VARCHAR,
    UNIQUE (business_date, department, unit)
);
