-- People are counted per cell, and no longer per department only (D21). Of the wages from before nobody knows how many
-- people a unit's are made of: they stay hidden until their days are fetched again.

CREATE TABLE wage_cost_cell_people (
    business_date DATE NOT NULL,
    department VARCHAR NOT NULL,
    unit VARCHAR,
    people INTEGER NOT NULL,
    UNIQUE (business_date, department, unit)
);

INSERT INTO wage_cost_cell_people BY NAME
SELECT business_date, department, unit, 0 AS people
FROM wage_costs SEMI JOIN wage_cost_people USING (business_date, department);

DROP TABLE wage_cost_people;

ALTER TABLE wage_cost_cell_people RENAME TO wage_cost_people;
