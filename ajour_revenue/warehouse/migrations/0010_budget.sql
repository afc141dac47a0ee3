-- What each place is to sell, and to pay for it, day by day.

CREATE TABLE budget (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    unit VARCHAR,
    budget_revenue_excl_vat DECIMAL(18, 2),
    budget_wage_percentage DECIMAL(5, 2),
    is_spread BOOLEAN NOT NULL,
    made_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    UNIQUE (business_date, department, unit)
);
