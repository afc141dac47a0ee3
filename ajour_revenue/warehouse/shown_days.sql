-- What shown_cells gives, a day for each unit, and with unit NULL for each department, all its wages included.
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
        bool_or(hidden) AND sum(wage_cost) IS NULL AS hidden,
        bool_or(is_paid) AS is_paid
    FROM places
    GROUP BY ALL;
