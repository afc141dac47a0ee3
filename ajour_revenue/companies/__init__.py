"""Many companies in one Dagster: a folder for each, with its settings and its secrets."""
