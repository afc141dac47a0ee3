"""DuckDB: the only door to what is stored."""
