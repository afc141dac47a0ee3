-- The tables of 0.1.0. They may be there already: 0.1.0 counted no versions.

CREATE TABLE IF NOT EXISTS ajour_locations (
    company_id VARCHAR NOT NULL,
    location_id VARCHAR NOT NULL,
    location_name VARCHAR NOT NULL,
    unit VARCHAR,
    last_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (company_id, location_id)
);

CREATE TABLE IF NOT EXISTS fetched_days (
    company_id VARCHAR NOT NULL,
    business_date DATE NOT NULL,
    fetched_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (company_id, business_date)
);

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

CREATE TABLE IF NOT EXISTS planday_structure (
    kind VARCHAR NOT NULL CHECK (kind IN ('portal', 'department', 'revenue unit', 'position')),
    id BIGINT NOT NULL,
    name VARCHAR NOT NULL,
    department_id BIGINT,
    revenue_unit_id BIGINT,
    affects_revenue BOOLEAN,
    PRIMARY KEY (kind, id)
);

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

CREATE TABLE IF NOT EXISTS wage_cost_people (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    people INTEGER NOT NULL,
    PRIMARY KEY (business_date, department)
);

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
