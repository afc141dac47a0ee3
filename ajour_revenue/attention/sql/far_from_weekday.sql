-- Unit-days that may be unusual (D26), as the temporary table far_from_weekday: of the last day, and of those whose
-- figure came or changed since midnight, the ones that are far from the median of the last eight such weekdays. What is
-- near it is usual, whatever was expected; so next to nothing is left for which an expected figure has to be made.

CREATE OR REPLACE TEMP TABLE far_from_weekday AS
WITH judged AS (
    SELECT business_date, unit, revenue_excl_vat
    FROM unit_revenue SEMI JOIN units USING (unit)
    WHERE (business_date = $last_day::DATE OR updated_at >= $midnight::TIMESTAMPTZ)
        AND business_date BETWEEN $first_day::DATE AND $last_day::DATE
        -- More refunded than sold is a finding of its own (D6), and missing is not zero (D3).
        AND revenue_excl_vat >= 0
)
SELECT judged.*
FROM judged
JOIN unit_revenue AS before
    ON before.unit = judged.unit
    AND before.business_date BETWEEN judged.business_date - 8 * 7 AND judged.business_date - 7
    AND (judged.business_date - before.business_date) % 7 = 0
WHERE before.revenue_excl_vat > 0
GROUP BY ALL
HAVING count(*) >= 4
    AND (
        3 * judged.revenue_excl_vat < 2 * median(before.revenue_excl_vat)
        OR 2 * judged.revenue_excl_vat > 3 * median(before.revenue_excl_vat)
    );

-- What they were expected to bring.
CREATE OR REPLACE TEMP TABLE expected_then (
    business_date DATE,
    unit VARCHAR,
    expected_revenue_excl_vat DECIMAL(18, 2),
    low DECIMAL(18, 2),
    high DECIMAL(18, 2),
    holiday VARCHAR,
    holiday_english VARCHAR
);
