"""Planday's structure: which departments, revenue units and positions there are."""

from typing import Any

import pyarrow as pa

from ajour_revenue.planday.client import PlandayClient

STRUCTURE_SCHEMA = pa.schema(
    {
        "kind": pa.string(),
        "id": pa.int64(),
        "name": pa.string(),
        "department_id": pa.int64(),
        "revenue_unit_id": pa.int64(),
        "affects_revenue": pa.bool_(),
    },
)

DEPARTMENT_IDS = """
    SELECT DISTINCT department_id
    FROM planday_structure JOIN units ON id = planday_unit_id
    WHERE kind = 'revenue unit'
    ORDER BY ALL
"""
"""The Planday departments that the settings' units belong to, as Planday last listed them."""


def fetch_structure(planday: PlandayClient) -> pa.Table:
    """Return the portal, its departments, revenue units and positions, a row each; raises PlandayError."""
    portal = planday.portal()
    rows: list[dict[str, Any]] = [{"kind": "portal", "id": portal.id, "name": portal.name}]
    rows += [{"kind": "department", "id": each.id, "name": each.name} for each in planday.departments()]
    rows += [
        {"kind": "revenue unit", "id": each.id, "name": each.name, "department_id": each.department_id}
        for each in planday.revenue_units()
    ]
    rows += [
        {
            "kind": "position",
            "id": each.id,
            "name": each.name,
            "department_id": each.department_id,
            "revenue_unit_id": each.revenue_unit_id,
            "affects_revenue": each.affect_revenue,
        }
        for each in planday.positions()
    ]
    return pa.Table.from_pylist(rows, schema=STRUCTURE_SCHEMA)
