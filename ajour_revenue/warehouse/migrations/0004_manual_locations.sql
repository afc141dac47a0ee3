-- Which locations a manual entry for a whole unit covers (D11): those that fed the unit on that day when it was
-- entered. NULL where that is not known.

ALTER TABLE manual_revenue ADD COLUMN locations VARCHAR[];
