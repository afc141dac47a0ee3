-- What we last put into Planday, and what we were about to put there (D14): whatever else it shows is somebody else's.

CREATE TABLE planday_ours (
    business_date DATE NOT NULL,
    planday_unit_id BIGINT NOT NULL,
    unit VARCHAR NOT NULL,
    turnover DECIMAL(18, 2),
    sending DECIMAL(18, 2),
    sent_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (business_date, planday_unit_id)
);

-- Where a unit was renamed, or took over another one's id, two have told Planday under one id: the last one counts.
INSERT INTO planday_ours BY NAME
SELECT business_date, planday_unit_id, unit, turnover, published_at AS sent_at, run_id
FROM planday_revenue
WHERE published_at IS NOT NULL AND outcome IN ('published', 'unchanged')
QUALIFY row_number() OVER (PARTITION BY business_date, planday_unit_id ORDER BY published_at DESC) = 1;
