"""Numbers and dates as the readers of a language write them."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_decimal, format_decimal

from ajour_revenue.text.bilingual import Language

MILLION = 10**6

NOTHING = "-"
"""Stands where there is no figure: missing is not zero (D3)."""


@dataclass(frozen=True)
class Formats:
    """How one language writes numbers and dates. A dash stands where there is no figure."""

    locale: str
    date_pattern: str
    day_and_month_pattern: str
    moment_pattern: str
    days_pattern: str
    """From the first to the last day."""
    kroner_pattern: str
    percent_sign: str
    points: str
    """Percentage points: what two percentages differ by."""

    def money(self, amount: Decimal | None) -> str:
        """Write an amount without its currency, to the øre: 1.234.567,89."""
        return self._decimal(amount, "#,##0.00")

    def whole(self, amount: Decimal | None) -> str:
        """Write an amount without its currency, to the krone: 1.234.568."""
        return self._decimal(amount, "#,##0")

    def hours(self, hours: Decimal | None) -> str:
        """Write hours with one decimal: 1.234,5."""
        return self._decimal(hours, "#,##0.0")

    def kroner(self, amount: Decimal | None) -> str:
        """Write an amount in kroner, to the øre: 1.234.567,89 kr."""
        return NOTHING if amount is None else self.kroner_pattern.format(self.money(amount))

    def whole_kroner(self, amount: Decimal | None) -> str:
        """Write an amount in whole kroner, for what is no more exact than that: 58.900 kr."""
        return NOTHING if amount is None else self.kroner_pattern.format(self.whole(amount))

    def round_number(self, amount: Decimal) -> str:
        """Write a round number briefly, as on an axis: 50.000, 1,5 mio."""
        if abs(amount) < MILLION:
            return self._decimal(amount, "#,##0")
        return format_compact_decimal(amount, fraction_digits=1, locale=self.locale)

    def percent(self, percentage: Decimal | None) -> str:
        """Write a percentage with one decimal: 31,4 %."""
        return NOTHING if percentage is None else self._decimal(percentage, "#,##0.0") + self.percent_sign

    def round_percent(self, percentage: Decimal) -> str:
        """Write a percentage without decimals, as on an axis: 30 %."""
        return self._decimal(percentage, "#,##0") + self.percent_sign

    def bare_percentage(self, percentage: Decimal) -> str:
        """Write a percentage without its sign, and with no more decimals than it has: 30, 32,5."""
        return format_decimal(percentage, format="#,##0.##", locale=self.locale)

    def change(self, percentage: Decimal | None) -> str:
        """Write by how many percent something changed, with its sign: +3,2 %."""
        return NOTHING if percentage is None else self._decimal(percentage, "+#,##0.0;-#,##0.0") + self.percent_sign

    def difference(self, points: Decimal | None) -> str:
        """Write by how many percentage points two percentages differ, with the sign and without a unit: +1,4."""
        return self._decimal(points, "+#,##0.0;-#,##0.0")

    def points_apart(self, points: Decimal) -> str:
        """Write by how many percentage points two percentages differ, without the sign: 1,4 procentpoint."""
        return self._decimal(abs(points), "#,##0.0") + self.points

    def date(self, day: dt.date) -> str:
        """Write a date: 31-12-2026."""
        return format_date(day, self.date_pattern, locale=self.locale)

    def day_and_month(self, day: dt.date) -> str:
        """Write a date without its year, as on an axis: 31-12."""
        return format_date(day, self.day_and_month_pattern, locale=self.locale)

    def weekday(self, day: dt.date) -> str:
        """Name the weekday of a day: torsdag."""
        return format_date(day, "EEEE", locale=self.locale)

    def weekday_and_date(self, day: dt.date) -> str:
        """Write a date with its weekday: torsdag 31-12-2026."""
        return f"{self.weekday(day)} {self.date(day)}"

    def short_weekday(self, day: dt.date) -> str:
        """Write a weekday in two letters, as below a chart: to."""
        return format_date(day, "EEEEEE", locale=self.locale)

    def moment(self, moment: dt.datetime) -> str:
        """Write a date and a time of day: 31-12-2026 kl. 07.15."""
        return format_datetime(moment, self.moment_pattern, tzinfo=moment.tzinfo, locale=self.locale)

    def month(self, day: dt.date) -> str:
        """Write the month of a day: december 2026."""
        return format_date(day, "LLLL y", locale=self.locale)

    def short_month(self, day: dt.date) -> str:
        """Write the month of a day in a few letters: dec. 2026."""
        return format_date(day, "LLL y", locale=self.locale)

    def days(self, first_day: dt.date, last_day: dt.date) -> str:
        """Write a run of days, both included; a single day as itself."""
        first, last = self.date(first_day), self.date(last_day)
        return first if first == last else self.days_pattern.format(first, last)

    def _decimal(self, value: Decimal | None, pattern: str) -> str:
        if value is None:
            return NOTHING
        # Half-up as everywhere (D1), and once: Babel by itself would round half to even.
        places = len(pattern.partition(";")[0].partition(".")[2])
        rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        # A change that rounds to nothing has no direction.
        return format_decimal(
            abs(rounded) if rounded == 0 else rounded,
            format=pattern.replace("+", "") if rounded == 0 else pattern,
            locale=self.locale,
        )


DANISH = Formats(
    locale="da_DK",
    date_pattern="dd-MM-y",
    day_and_month_pattern="dd-MM",
    moment_pattern="dd-MM-y 'kl.' HH.mm",
    days_pattern="{} – {}",  # noqa: RUF001
    kroner_pattern="{} kr.",
    percent_sign=" %",
    points=" procentpoint",
)
ENGLISH = Formats(
    locale="en_GB",
    date_pattern="d MMM y",
    day_and_month_pattern="d MMM",
    moment_pattern="d MMM y, HH:mm",
    days_pattern="{} – {}",  # noqa: RUF001
    kroner_pattern="DKK {}",
    percent_sign="%",
    points=" pp",
)

FORMATS: dict[Language, Formats] = {"da": DANISH, "en": ENGLISH}

PLAIN_FORMATS = replace(DANISH, date_pattern="y-MM-dd", days_pattern="{} to {}")
"""What stands in Dagster beside English words: numbers as Danes write them, and days as commands take them."""
