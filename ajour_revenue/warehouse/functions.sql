-- Calculations that every query may use. They hold no data, and are made anew whenever this text changes.

-- A quotient of whole numbers above zero, rounded half-up.
CREATE OR REPLACE MACRO rounded_quotient(part, whole) AS (2 * part + whole) // (2 * whole);

-- times x part / whole, rounded half-up to two decimals, in whole numbers all the way: DuckDB divides decimals as
-- floats. HUGEINT holds every sum, and takes thirty times as long as the BIGINT that nearly all of them fit into.
CREATE OR REPLACE MACRO ratio(part, whole, times) AS
    CASE WHEN whole <> 0 THEN
        (sign(part) * sign(whole) * CASE
            WHEN abs(part) < 1000000000000 AND abs(whole) < 1000000000000 THEN rounded_quotient(
                abs((part::DECIMAL(18, 2) * 100)::BIGINT) * 100 * times, abs((whole::DECIMAL(18, 2) * 100)::BIGINT)
            )::HUGEINT
            ELSE rounded_quotient(
                abs((part::DECIMAL(38, 2) * 100)::HUGEINT) * 100 * times, abs((whole::DECIMAL(38, 2) * 100)::HUGEINT)
            )
        END)::DECIMAL(36, 0) * 0.01
    END;

CREATE OR REPLACE MACRO percentage(part, whole) AS ratio(part, whole, 100);

-- What an hour of work brought in, from the sums of both. It covers what the wage percentage covers; but none is told
-- where some of the revenue was earned in hours that nobody has noted.
CREATE OR REPLACE MACRO revenue_per_hour(revenue_compared, hours, lacks_hours) AS
    CASE WHEN NOT lacks_hours THEN ratio(revenue_compared, hours, 1) END;

-- How much a day's target weighs in that of a longer period, or of more places: by the revenue (D20).
CREATE OR REPLACE MACRO target_weight(revenue) AS greatest(revenue, 0)::DECIMAL(28, 2);

-- The mean of targets, rounded half-up to two decimals once: of the sums of weight x target, and of the weights.
CREATE OR REPLACE MACRO mean_target(weighed, weights) AS CASE
    WHEN weighed < 10000000000 AND weights < 100000000000000 THEN rounded_quotient(
        (weighed::DECIMAL(18, 4) * 10000)::BIGINT, (weights::DECIMAL(18, 2) * 100)::BIGINT
    )::HUGEINT
    ELSE rounded_quotient((weighed::DECIMAL(38, 4) * 10000)::HUGEINT, (weights::DECIMAL(38, 2) * 100)::HUGEINT)
END::DECIMAL(7, 0) * 0.01;

-- The target of some days and places (D20): the mean by revenue; the common one where nothing was sold; none where any
-- that sold something has none.
CREATE OR REPLACE MACRO judging_target(lacks_one, weighed, weights, has_all, lowest, highest) AS
    CASE
        WHEN lacks_one THEN NULL
        WHEN weights > 0 THEN mean_target(weighed, weights)
        WHEN has_all AND lowest = highest THEN lowest
    END::DECIMAL(5, 2);

-- D21: a cell that fewer than two people earned is hidden, unless the settings show it. Where nobody counted them
-- (NULL), the wages come from a file whose maker decided what is in it.
CREATE OR REPLACE MACRO shown(amount, people, show_single_person) AS
    CASE WHEN show_single_person OR coalesce(people, 2) >= 2 THEN amount END;

-- D21 again: whether a wage cost that was calculated is hidden. Of wages that were fetched again and not calculated
-- yet, the people were counted in other ones.
CREATE OR REPLACE MACRO is_hidden(calculated, wage_cost, people, show_single_person) AS
    calculated IS NOT NULL
    AND wage_cost IS NOT NULL
    AND (
        shown(wage_cost, people, show_single_person) IS NULL
        OR coalesce(people IS NOT NULL AND wage_cost <> calculated, false)
    );

-- What is told of a change of two amounts: the one that vat chooses, unless only the other has changed (D16).
CREATE OR REPLACE MACRO told_change(vat, incl_before, incl_after, excl_before, excl_after) AS
    CASE WHEN if(
            vat = 'included',
            incl_before IS DISTINCT FROM incl_after OR coalesce(excl_before = excl_after, true),
            excl_before IS NOT DISTINCT FROM excl_after AND coalesce(incl_before <> incl_after, false)
        )
        THEN { 'vat': 'included', 'before': incl_before, 'after': incl_after }
        ELSE { 'vat': 'excluded', 'before': excl_before, 'after': excl_after }
    END;
