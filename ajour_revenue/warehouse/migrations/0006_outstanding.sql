-- What a run could not get or publish, and went on without (D25): it is made up for.

CREATE TABLE outstanding (
    business_date DATE NOT NULL,
    asset VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    transient BOOLEAN NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    tried_at TIMESTAMPTZ NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (business_date, asset)
);
