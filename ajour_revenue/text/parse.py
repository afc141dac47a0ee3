"""What people type: days and amounts, in ISO's way or the Danish one."""

import datetime as dt
import re
from decimal import Decimal

DANISH_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
# Points between thousands need a comma behind them: 1.234 alone could be either.
AMOUNT = re.compile(r"-?(\d+([.,]\d{1,2})?|\d{1,3}(\.\d{3})+,\d{1,2})", re.ASCII)


def parse_day(text: str) -> dt.date:
    """Return the day that a text names: 2026-01-31, or as Danes write it 31-01-2026. Raises ValueError."""
    text = text.strip()
    danish = DANISH_DATE.fullmatch(text)
    try:
        return dt.date.fromisoformat("-".join(reversed(danish.groups())) if danish else text)
    except ValueError:
        msg = f"{text!r} is no day; write 2026-01-31"
        raise ValueError(msg) from None


def parse_amount(text: str) -> Decimal:
    """Return the amount that a text names: 1234.50, 1234,50 or 1.234,50. Raises ValueError."""
    text = text.strip()
    if not AMOUNT.fullmatch(text):
        msg = f"{text!r} is no amount; write 1234.50 or 1.234,50"
        raise ValueError(msg)
    return Decimal(text.replace(".", "").replace(",", ".") if "," in text else text)
