-- The findings of all kinds, with days in a row joined. What each kind's query gives is in found_days: business_date
-- (NULL where it is about no day), place and facts, each column where the kind has it; `alone` is the day of what is
-- never joined.
WITH found AS (
    SELECT
        NULL::VARCHAR AS kind,
        NULL::DATE AS business_date,
        NULL::DATE AS alone,
        NULL::VARCHAR AS department,
        NULL::VARCHAR AS unit,
        NULL::VARCHAR AS location_id,
        NULL::VARCHAR AS location_name,
        NULL::DECIMAL(18, 2) AS revenue_excl_vat,
        NULL::DECIMAL(18, 2) AS revenue_incl_vat,
        NULL::DECIMAL(18, 2) AS wage_cost,
        NULL::DECIMAL(38, 2) AS wage_percentage,
        NULL::DECIMAL(5, 2) AS target,
        NULL::BOOLEAN AS hidden,
        NULL::DECIMAL(18, 2) AS in_planday,
        NULL::BOOLEAN AS not_in_list,
        NULL::VARCHAR AS unit_today,
        NULL::VARCHAR AS similar_ids,
        NULL::VARCHAR[] AS changes,
        NULL::VARCHAR AS vat,
        NULL::DECIMAL(18, 2) AS revenue_before,
        NULL::DECIMAL(18, 2) AS revenue_after,
        NULL::VARCHAR AS source_before,
        NULL::VARCHAR AS source_after,
        NULL::TIMESTAMPTZ AS changed_at,
        NULL::DECIMAL(18, 2) AS expected_revenue_excl_vat,
        NULL::VARCHAR AS cause,
        NULL::VARCHAR AS holiday,
        NULL::VARCHAR AS holiday_english,
        NULL::VARCHAR AS reason
    WHERE false
    UNION ALL BY NAME
    FROM found_days
),
-- What a department says only because one of its units does is said once, of the unit. A target is each one's own.
-- That there were wages or none, which is the cause of unusual revenue, is not said beside it.
said_once AS (
    FROM found
    WHERE (
        unit IS NOT NULL OR kind IN ('over target', 'plan over target') OR NOT EXISTS (
            FROM found AS of_unit
            WHERE of_unit.kind = found.kind
                AND of_unit.business_date = found.business_date
                AND of_unit.department = found.department
                AND of_unit.unit IS NOT NULL
        )
    )
    AND NOT (
        kind IN ('wages without revenue', 'revenue without wages') AND EXISTS (
            FROM found AS unusual
            WHERE unusual.cause IN ('open', 'no wages')
                AND unusual.business_date = found.business_date
                AND unusual.department = found.department
                AND unusual.unit = found.unit
        )
    )
),
islands AS (
    SELECT
        *,
        business_date - row_number() OVER (
            PARTITION BY kind, department, unit, location_id, hidden, alone ORDER BY business_date
        )::INTEGER AS island
    FROM said_once
)
SELECT
    kind,
    min(business_date) AS first_day,
    max(business_date) AS last_day,
    department,
    unit,
    location_id,
    any_value(location_name) AS location_name,
    sum(revenue_excl_vat)::DECIMAL(18, 2) AS revenue_excl_vat,
    sum(revenue_incl_vat)::DECIMAL(18, 2) AS revenue_incl_vat,
    sum(wage_cost)::DECIMAL(18, 2) AS wage_cost,
    any_value(wage_percentage) AS wage_percentage,
    any_value(target) AS target,
    hidden,
    sum(in_planday)::DECIMAL(38, 2) AS in_planday,
    any_value(not_in_list) AS not_in_list,
    any_value(unit_today) AS unit_today,
    any_value(similar_ids) AS similar_ids,
    any_value(changes) AS changes,
    any_value(vat) AS vat,
    any_value(revenue_before) AS revenue_before,
    any_value(revenue_after) AS revenue_after,
    any_value(source_before) AS source_before,
    any_value(source_after) AS source_after,
    any_value(changed_at) AS changed_at,
    any_value(expected_revenue_excl_vat) AS expected_revenue_excl_vat,
    any_value(cause) AS cause,
    any_value(holiday) AS holiday,
    any_value(holiday_english) AS holiday_english,
    any_value(reason) AS reason
FROM islands
GROUP BY kind, department, unit, location_id, hidden, alone, island
ORDER BY list_position($kinds, kind), department, unit NULLS LAST, location_id, first_day;
