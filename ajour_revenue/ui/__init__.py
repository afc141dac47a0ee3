"""What Dagster's UI shows of a materialization."""
