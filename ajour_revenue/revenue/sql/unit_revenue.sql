-- What unit revenue is on the days(business_date), as the temporary table unit_revenue_after: calculated from what
-- Ajour said (fetches, raw_revenue_history), from what people entered (manual_revenue) and from the settings alone
-- (D10), which are units(unit, department), mapping(unit, location_id, first_day, last_day) and $vat.

-- A day uses the mapping that held on it (D13).
CREATE OR REPLACE TEMP TABLE mapped AS
SELECT business_date, unit, location_id
FROM days JOIN mapping ON business_date BETWEEN mapping.first_day AND mapping.last_day;

-- What each fetch was answered of each mapped location; NULL where there was no row: missing is not zero (D3).
CREATE OR REPLACE TEMP TABLE answers AS
WITH asked AS (
    SELECT mapped.*, company_id, asked_at, overwrite FROM mapped JOIN fetches USING (business_date)
),
answered AS (
    SELECT
        asked.*,
        arg_max(
            struct_pack(
                incl_vat := history.revenue_incl_vat_after,
                excl_vat := history.revenue_excl_vat_after
            ),
            history.asked_at
        ) AS answer
    FROM asked
    -- Not an ASOF join, which takes four times as long for twice as many locations.
    LEFT JOIN raw_revenue_history AS history
        ON history.company_id = asked.company_id
        AND history.business_date = asked.business_date
        AND history.location_id = asked.location_id
        AND history.asked_at <= asked.asked_at
    GROUP BY ALL
)
SELECT
    business_date,
    unit,
    location_id,
    asked_at,
    overwrite,
    struct_extract(answer, 'incl_vat') AS incl_vat,
    struct_extract(answer, 'excl_vat') AS excl_vat
FROM answered;

CREATE OR REPLACE TEMP TABLE location_figures AS
WITH known AS (
    SELECT
        business_date,
        unit,
        location_id,
        asked_at AS known_at,
        overwrite AS replaces,
        struct_pack(by_hand := false, incl_vat := incl_vat, excl_vat := excl_vat) AS given
    FROM answers
    WHERE incl_vat IS NOT NULL
    UNION ALL
    -- What somebody enters replaces what was there.
    SELECT
        business_date,
        mapped.unit,
        location_id,
        entered_at,
        true,
        struct_pack(by_hand := true, incl_vat := revenue_incl_vat, excl_vat := revenue_excl_vat)
    FROM manual_revenue JOIN mapped USING (business_date, location_id)
),
figures AS (
    SELECT
        business_date,
        unit,
        location_id,
        -- R12: the last figure that was to replace; where none was, what came first stays (D14).
        coalesce(arg_max(given, known_at) FILTER (replaces), arg_min(given, known_at)) AS figure,
        max(known_at) FILTER (replaces) AS replaced_at,
        bool_or(struct_extract(given, 'by_hand')) AS entered
    FROM known
    GROUP BY ALL
),
last_answers AS (
    SELECT business_date, unit, location_id, arg_max(incl_vat IS NOT NULL, asked_at) AS is_there
    FROM answers
    GROUP BY ALL
)
SELECT
    business_date,
    unit,
    location_id,
    figure.incl_vat AS incl_vat,
    figure.excl_vat AS excl_vat,
    coalesce(figure.by_hand, false) AS by_hand,
    replaced_at,
    NOT coalesce(is_there, false) AND NOT coalesce(entered, false) AS is_missing
FROM mapped
LEFT JOIN figures USING (business_date, unit, location_id)
LEFT JOIN last_answers USING (business_date, unit, location_id)
-- Where somebody has entered one location of a unit, its others are missing, though nobody has asked for them.
QUALIFY is_there IS NOT NULL OR bool_or(coalesce(entered, false)) OVER (PARTITION BY business_date, unit);

CREATE OR REPLACE TEMP TABLE unit_revenue_after AS
WITH sums AS (
    SELECT
        business_date,
        unit,
        round(sum(incl_vat), 2)::DECIMAL(18, 2) AS incl_vat,  -- D1
        round(sum(excl_vat), 2)::DECIMAL(18, 2) AS excl_vat,
        bool_or(by_hand) AS by_hand,
        coalesce(list(location_id ORDER BY location_id) FILTER (incl_vat IS NOT NULL), []) AS locations,
        coalesce(list(location_id ORDER BY location_id) FILTER (is_missing), []) AS missing_locations,
        -- Since when all locations of the unit have figures that were to replace what was there.
        CASE WHEN bool_and(replaced_at IS NOT NULL) THEN min(replaced_at) END AS whole_since
    FROM location_figures
    GROUP BY ALL
),
entries AS (
    SELECT business_date, unit, last(manual_revenue ORDER BY entered_at) AS entry
    FROM manual_revenue SEMI JOIN days USING (business_date)
    WHERE location_id IS NULL
    GROUP BY ALL
),
-- A location that an entry covers and that feeds another unit by now counts there (D11).
moved AS (
    SELECT
        covered.business_date,
        covered.unit,
        coalesce(round(sum(incl_vat), 2), 0)::DECIMAL(18, 2) AS moved_incl_vat,
        coalesce(round(sum(excl_vat), 2), 0)::DECIMAL(18, 2) AS moved_excl_vat,
        count(*) > count(incl_vat) AS may_hold_moved
    FROM (
        SELECT entries.business_date, entries.unit, unnest(entries.entry.locations) AS location_id FROM entries
    ) AS covered
    JOIN mapped
        ON mapped.business_date = covered.business_date
        AND mapped.location_id = covered.location_id
        AND mapped.unit <> covered.unit
    LEFT JOIN location_figures AS known
        ON known.business_date = covered.business_date AND known.location_id = covered.location_id
    GROUP BY ALL
),
chosen AS (
    -- D12: what somebody entered for the unit is the whole of it, until Ajour has given a whole figure since.
    SELECT *, entry IS NOT NULL AND coalesce(entry.entered_at >= whole_since, true) AS entry_stands
    FROM sums FULL JOIN entries USING (business_date, unit) LEFT JOIN moved USING (business_date, unit)
),
amounts AS (
    SELECT
        business_date,
        unit,
        department,
        if(entry_stands, entry.revenue_incl_vat - coalesce(moved_incl_vat, 0), incl_vat) AS revenue_incl_vat,
        if(entry_stands, entry.revenue_excl_vat - coalesce(moved_excl_vat, 0), excl_vat) AS revenue_excl_vat,
        if(entry_stands OR by_hand, 'manual', 'ajour') AS source,
        if(entry_stands, [], locations) AS locations,
        if(entry_stands, [], missing_locations) AS missing_locations,
        CASE
            WHEN entry_stands AND may_hold_moved THEN 'manual entry that may hold a location of another unit'
            WHEN entry_stands AND len(locations) > 0 THEN 'manual entry'
            WHEN list_has_any(locations, missing_locations) THEN 'missing location'
        END AS kept
    FROM chosen JOIN units USING (unit)
)
SELECT
    business_date,
    unit,
    department,
    if($vat = 'included', revenue_incl_vat, revenue_excl_vat) AS revenue,  -- R11
    $vat AS vat,
    revenue_incl_vat,
    revenue_excl_vat,
    source,
    locations,
    missing_locations,
    kept
FROM amounts;
