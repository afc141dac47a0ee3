-- Days that no run has fetched, and that the next fetch, from brought_from on, does not bring by itself.
SELECT business_date
FROM (SELECT unnest(generate_series($since::DATE, $last_day::DATE, INTERVAL 1 DAY))::DATE AS business_date)
WHERE business_date < $brought_from::DATE
    AND business_date NOT IN (SELECT business_date FROM fetches WHERE company_id = $company_id)
