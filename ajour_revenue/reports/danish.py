"""Numbers and dates as Danes read them, where the text around them is not translated."""

from ajour_revenue.reports.formats import DANISH

money = DANISH.money
percent = DANISH.percent
date = DANISH.date
