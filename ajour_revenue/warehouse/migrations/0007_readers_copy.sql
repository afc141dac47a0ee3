-- Whoever reads weeks and months reads the readers' copy.

DROP VIEW IF EXISTS wage_percentage_by_week;

DROP VIEW IF EXISTS wage_percentage_by_month;
