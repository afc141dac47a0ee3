"""A folder of companies, each with an Ajour of its own."""

import sqlite3
from decimal import Decimal
from pathlib import Path

from ajour_revenue.companies.folder import Company
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import SqliteAjour, write_env_file, write_settings, write_wages

UNITS = [{"name": "Bar", "department": "Vesterbro", "locations": ["10"]}]


def add_company(folder: Path, named: str, revenue: Decimal, **sections: object) -> Company:
    """Make a company that sold something yesterday, and whose Ajour answers to its own company id only."""
    company = Company(folder / named)
    company.folder.mkdir(parents=True)
    ajour = SqliteAjour(company.folder / "ajour.sqlite")
    ajour.list_locations({"10": "Bar"})
    ajour.sell(LAST_DAY, "10", revenue)
    with sqlite3.connect(ajour.path) as database:
        for table in ("locations", "daily_revenue"):
            database.execute(f"UPDATE {table} SET company_id = ?", [f"id of {named}"])
    write_settings(company.folder, **{"name": named, "units": UNITS, "warehouse": "warehouse.duckdb", **sections})
    write_wages(company.folder / "wages.csv", [(LAST_DAY, "Vesterbro", "Bar", str(revenue / 4), "5")])
    write_env_file(company.folder, ajour.environment | {"AJOUR_COMPANY_ID": f"id of {named}"})
    return company
