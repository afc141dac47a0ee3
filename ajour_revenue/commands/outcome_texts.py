"""What came of telling Planday a figure, in each language."""

from ajour_revenue.planday.outcome import Outcome
from ajour_revenue.text.bilingual import Language

OUTCOMES: dict[Language, dict[Outcome, str]] = {
    "da": {
        "published": "sendt",
        "unchanged": "uændret",
        "no shift that day": "ikke sendt (ingen vagt den dag)",
        "kept existing": "ikke sendt (andres tal bliver stående)",
        "refused": "afvist",
    },
    "en": {
        "published": "published",
        "unchanged": "unchanged",
        "no shift that day": "no shift that day",
        "kept existing": "kept existing",
        "refused": "refused",
    },
}
