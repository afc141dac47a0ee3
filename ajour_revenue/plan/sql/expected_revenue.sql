-- What each unit is expected to sell on the days first_day to last_day, as the temporary table expected_days: what the
-- weekday usually brings x the level of the last weeks x what the holiday made of it last year. From what
-- unit_revenue has before first_day, units(unit, department) and holidays(business_date, holiday, holiday_english,
-- is_eve).

CREATE OR REPLACE TEMP TABLE days_before AS
WITH unit_days AS (
    SELECT
        unit,
        business_date,
        isodow(business_date) AS weekday,
        business_date >= $first_day::DATE - 12 * 7 AS is_recent,
        revenue_excl_vat AS revenue,
        locations,
        missing_locations,
        holiday,
        coalesce(is_eve, false) AS is_eve
    FROM unit_revenue SEMI JOIN units USING (unit) LEFT JOIN holidays USING (business_date)
    -- Easter comes up to 56 weeks after the last, and the four weeks before that say what was usual then.
    WHERE business_date >= $first_day::DATE - 60 * 7 AND business_date < $first_day::DATE
),
silences AS (
    SELECT unit, business_date, weekday, is_recent, location_id
    FROM (SELECT *, unnest(missing_locations) AS location_id FROM unit_days)
    -- A location that is missing while its earlier figure stays is in both (D3).
    WHERE NOT list_contains(locations, location_id)
),
-- A location that is hardly ever open on Mondays is not missed on a Monday.
usual_silences AS (
    SELECT unit, weekday, location_id
    FROM silences
    JOIN (SELECT unit, weekday, count(*) AS days FROM unit_days WHERE is_recent GROUP BY ALL) USING (unit, weekday)
    WHERE is_recent
    GROUP BY ALL
    HAVING count(*) >= 4 AND 2 * count(*) > any_value(days)
),
incomplete_days AS (
    SELECT DISTINCT unit, business_date, true AS is_incomplete
    FROM silences ANTI JOIN usual_silences USING (unit, weekday, location_id)
)
SELECT
    unit_days.* EXCLUDE (locations, missing_locations),
    is_incomplete IS NULL AS is_whole,
    -- Neither closed days nor refunds (D6) say what a weekday brings.
    is_whole AND revenue > 0 AND holiday IS NULL AS is_ordinary
FROM unit_days LEFT JOIN incomplete_days USING (unit, business_date);

-- What the weekdays brought, and how the last weeks went against that, as known on the first day and on the same day of
-- each of the twelve weeks before it.
CREATE OR REPLACE TEMP TABLE usual_revenue AS
WITH known_days AS (
    SELECT
        known_on,
        unit,
        weekday,
        business_date,
        revenue,
        (known_on - business_date - 1) // 7 AS weeks_ago,
        median(revenue) OVER (PARTITION BY known_on, unit, weekday) AS middle
    FROM days_before
    JOIN (
        SELECT unnest(generate_series($first_day::DATE - 12 * 7, $first_day::DATE, INTERVAL 7 DAY))::DATE AS known_on
    ) ON business_date >= known_on - 26 * 7 AND business_date < known_on
    WHERE is_ordinary
),
-- The mean, where newer days weigh more and no day counts as further from the middle than a fifth of it. A day on which
-- nearly all was refunded, or a month's catering was entered, does not count at all.
weekdays AS (
    SELECT
        known_on,
        unit,
        weekday,
        round(sum(greatest(least(revenue, 1.2 * middle), 0.8 * middle) * weight) / sum(weight), 2)::DECIMAL(18, 2)
            AS weekday_revenue,
        list(
            { 'business_date': business_date, 'revenue_excl_vat': revenue, 'weight': weight }
            ORDER BY business_date DESC
        ) AS learnt_from
    FROM (SELECT *, (0.85 ** weeks_ago)::DECIMAL(9, 4) AS weight FROM known_days)
    WHERE revenue BETWEEN middle / 4 AND middle * 4
    GROUP BY ALL
    HAVING count(*) >= 4
),
shares AS (
    SELECT
        known_on,
        unit,
        -- Not above what the type holds, whatever was entered.
        least(revenue / weekday_revenue, 1000)::DECIMAL(18, 6) AS share,
        -- Of the last fortnight: a place that now sells half as much is at its new level after a week.
        median(share) FILTER (weeks_ago < 2) OVER (PARTITION BY known_on, unit) AS middle_share,
        (0.7 ** weeks_ago)::DECIMAL(9, 4) AS weight
    FROM known_days JOIN weekdays USING (known_on, unit, weekday)
    WHERE weeks_ago < 4
    QUALIFY share BETWEEN middle_share / 4 AND middle_share * 4
),
-- The same mean again, of a week at least. Two per cent may be chance: it is that much nearer to 1.
levels AS (
    SELECT
        known_on,
        unit,
        round(
            sum(greatest(least(share, 1.2 * middle_share), 0.8 * middle_share) * weight) / sum(weight), 4
        )::DECIMAL(9, 4) AS mean,
        (mean - greatest(least(mean - 1, 0.02), -0.02))::DECIMAL(9, 4) AS level
    FROM shares
    GROUP BY ALL
    HAVING count(*) >= 7
)
SELECT weekdays.*, coalesce(level, 1)::DECIMAL(9, 4) AS level
FROM weekdays LEFT JOIN levels USING (known_on, unit);

CREATE OR REPLACE TEMP TABLE expected_days AS
WITH intervals AS (
    -- How far off the figures of the weeks before were, for a fortnight each. Four fifths of the days to come need some
    -- more of the days gone by: a quarter has not seen everything.
    SELECT
        unit,
        least(quantile_cont(revenue / (weekday_revenue * level), 0.08), 1)::DECIMAL(18, 4) AS lowest,
        greatest(quantile_cont(revenue / (weekday_revenue * level), 0.92), 1)::DECIMAL(18, 4) AS highest
    FROM usual_revenue
    JOIN days_before USING (unit, weekday)
    WHERE is_ordinary AND business_date >= known_on AND business_date < known_on + 14
    GROUP BY ALL
    HAVING count(*) >= 14
),
-- Nothing sold the last four times. Where a figure was missing, that the unit sold something on other days tells a
-- closed day from tills that no longer answer.
closed_weekdays AS (
    SELECT unit, weekday, true AS is_closed
    FROM (
        FROM days_before
        WHERE holiday IS NULL AND is_recent
        QUALIFY row_number() OVER (PARTITION BY unit, weekday ORDER BY business_date DESC) <= 4
    )
    LEFT JOIN (
        SELECT unit, max(business_date) AS last_sold FROM days_before WHERE is_ordinary GROUP BY ALL
    ) USING (unit)
    GROUP BY ALL
    HAVING count(*) = 4
        AND coalesce(max(revenue), 0) <= 0
        AND (count(revenue) = 4 OR any_value(last_sold) > max(business_date) - 7)
),
usual_now AS (
    FROM usual_revenue ANTI JOIN closed_weekdays USING (unit, weekday) WHERE known_on = $first_day::DATE
),
usual_days AS (
    SELECT unit, avg(weekday_revenue * level) AS usual_day FROM usual_now GROUP BY ALL
),
-- Where no figure came on a holiday, the place was closed; an eve is no reason to close.
last_holidays AS (
    SELECT unit, holiday, business_date AS last_date, coalesce(revenue, 0) AS last_revenue
    FROM days_before
    WHERE holiday IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY unit, holiday ORDER BY business_date DESC) = 1
        AND if(revenue IS NULL, NOT is_eve, is_whole AND revenue >= 0)
),
weekdays_then AS (
    SELECT unit, last_holidays.holiday, weekday, avg(revenue) AS weekday_revenue, count(*) AS days
    FROM last_holidays JOIN days_before USING (unit)
    WHERE is_ordinary AND business_date BETWEEN last_date - 28 AND last_date + 28
    GROUP BY ALL
),
usual_days_then AS (
    SELECT unit, holiday, avg(weekday_revenue) AS usual_day_then
    FROM weekdays_then
    GROUP BY ALL
    HAVING sum(days) >= 14
),
coming_days AS (
    SELECT business_date, isodow(business_date) AS weekday, holiday, holiday_english, is_eve
    FROM (SELECT unnest(generate_series($first_day::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date)
    LEFT JOIN holidays USING (business_date)
),
parts AS (
    SELECT
        *,
        -- What a holiday brings has less to do with its weekday than with the place: it is compared with all days.
        last_revenue / usual_day_then * usual_day AS holiday_revenue,
        holiday_revenue / (weekday_revenue * level) AS against_weekday,
        CASE
            WHEN last_revenue = 0 THEN 0
            -- A figure that the weekday has anyway tells nothing of the holiday.
            WHEN against_weekday BETWEEN lowest AND highest THEN 1
            WHEN against_weekday IS NOT NULL THEN least(against_weekday, 1000)
        END::DECIMAL(9, 4) AS holiday_factor,
        CASE
            WHEN last_revenue = 0 OR (is_closed AND holiday_revenue IS NULL) THEN 'closed'
            WHEN is_closed THEN 'open for the holiday'
            WHEN weekday_revenue IS NULL THEN 'fewer than four such weekdays'
            WHEN holiday IS NOT NULL AND holiday_factor IS NULL THEN 'first such holiday'
        END AS note,
        note = 'first such holiday' AND NOT is_eve AS may_be_closed
    FROM coming_days
    CROSS JOIN units
    LEFT JOIN usual_now USING (unit, weekday)
    LEFT JOIN closed_weekdays USING (unit, weekday)
    LEFT JOIN intervals USING (unit)
    LEFT JOIN usual_days USING (unit)
    LEFT JOIN last_holidays USING (unit, holiday)
    LEFT JOIN usual_days_then USING (unit, holiday)
),
expected AS (
    SELECT
        *,
        CASE note
            WHEN 'closed' THEN 0
            WHEN 'open for the holiday' THEN holiday_revenue::DECIMAL(18, 2)
            -- Three factors of 18 digits would not hold a hundred million.
            ELSE round(weekday_revenue::DECIMAL(38, 2) * level * coalesce(holiday_factor, 1), 2)
        END::DECIMAL(18, 2) AS expected_revenue_excl_vat
    FROM parts
)
SELECT
    business_date,
    unit,
    department,
    expected_revenue_excl_vat,
    round(expected_revenue_excl_vat * if(may_be_closed, 0, lowest), 2)::DECIMAL(18, 2) AS low,
    round(expected_revenue_excl_vat * highest, 2)::DECIMAL(18, 2) AS high,
    note,
    weekday_revenue,
    level,
    learnt_from,
    holiday,
    holiday_english,
    holiday_factor,
    last_date AS last_holiday,
    last_revenue AS last_holiday_revenue_excl_vat
FROM expected
ORDER BY business_date, department, unit;
