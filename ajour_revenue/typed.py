"""What people type: days and amounts, in ISO's way or the Danish one, and what is wrong with a file of them."""

import csv
import datetime as dt
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

TOLD_AT_MOST = 50

DANISH_DATE = re.compile(r"(\d{2})-(\d{2})-(\d{4})")
# Points between thousands need a comma behind them: 1.234 alone could be either.
AMOUNT = re.compile(r"-?(\d+([.,]\d{1,2})?|\d{1,3}(\.\d{3})+,\d{1,2})", re.ASCII)


class UnreadableFileError(Exception):
    """A file is not there, or no CSV; the message says what to do."""


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


def read_csv(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Return the columns of a CSV file, and its rows with the numbers of their lines.

    In UTF-8, separated by commas or, as Danish Excel has it, semicolons. In a row with too few or too many fields a key
    or a value is None. Raises UnreadableFileError.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}."
        raise UnreadableFileError(msg) from None
    except (csv.Error, UnicodeDecodeError) as error:
        msg = f"{path} is not a CSV file in UTF-8: {error}. Export it again."
        raise UnreadableFileError(msg) from None
    return list(reader.fieldnames or ()), rows


def all_errors(path: Path, errors: Sequence[str]) -> str:
    """Return the one message that tells everything that is wrong with a file, as far as anybody reads."""
    more = [f"and {len(errors) - TOLD_AT_MOST} more"] if len(errors) > TOLD_AT_MOST else []
    lines = "\n".join(f"  {error}" for error in [*errors[:TOLD_AT_MOST], *more])
    return f"{path} has {len(errors)} error(s); nothing was stored. Correct them, and try again:\n{lines}"
