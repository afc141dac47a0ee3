"""The source: Ajour's database over ODBC."""
