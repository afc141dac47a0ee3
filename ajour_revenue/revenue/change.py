"""Where a unit-day's figure comes from, and what becomes of it."""

from typing import Literal

Source = Literal["ajour", "manual"]

Change = Literal[
    "corrected",
    "completed",
    "entered by hand",
    "replaced a manual entry",
    "VAT choice",
    "mapping",
    "removed",
    "returned",
]
"""What became of a unit-day's figure after the first one; only the first of these is a correction (D16)."""
