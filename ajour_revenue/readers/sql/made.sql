-- Whose figures these are, and what they are made of: one row.
SELECT
    $company AS company,
    $made_at::TIMESTAMPTZ AS made_at,
    (SELECT max(business_date) FROM wage_percentage) AS last_day,
    (SELECT max(asked_at) FROM fetches) AS last_fetched_at,
    $version AS version
