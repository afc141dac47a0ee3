-- R2: the company's locations. Replace the table's name with the one that Ajour gave you; keep the column names.
SELECT location_id, location_name
FROM locations
WHERE company_id = :company_id
