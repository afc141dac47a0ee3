"""Alerts in both languages: every kind of them, and no word of the one in the other."""

from collections.abc import Iterator
from decimal import Decimal

import dagster as dg
import pytest

from ajour_revenue.alerts.failures import failure_alert
from ajour_revenue.alerts.messages import MOST_LINES, MOST_TITLES, Alert, subject_of, text_of
from ajour_revenue.alerts.news import alerts_of
from ajour_revenue.alerts.texts import ALERT_TEXTS, AlertTexts
from ajour_revenue.attention.finding import URGENT, Facts, Finding, Location
from ajour_revenue.days import Window
from ajour_revenue.partitions import window_tags
from ajour_revenue.text.bilingual import Language
from ajour_revenue.wages.figures import Place
from ajour_revenue_tests.alerts.kit import breaks
from ajour_revenue_tests.clock import LAST_DAY
from ajour_revenue_tests.kit import execute
from ajour_revenue_tests.language import foreign_words

DAYS = Window.back_from(LAST_DAY, days=3)
FACTS = Facts(
    revenue_excl_vat=Decimal("1234.50"),
    wage_cost=Decimal(600),
    wage_percentage=Decimal("48.6"),
    target=Decimal(30),
    not_in_list=True,
    similar_ids="010",
    similar_unit="Bar",
    expected_revenue_excl_vat=Decimal(9000),
    cause="holiday",
    holiday="1. juledag",
    holiday_english="Christmas Day",
)


def alerts(texts: AlertTexts) -> Iterator[Alert]:
    """Give an alert of every kind, and of a run and a backfill that failed."""
    findings = [
        Finding(kind, DAYS, Place("Vesterbro", f"Bar {number}"), Location("10", "Bar"), FACTS)
        for kind in URGENT
        for number in range(MOST_LINES + 5)
    ]
    yield from alerts_of(findings, texts)
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.GraphDefinition("demo", node_defs=[breaks]).to_job()
        for tags in (window_tags(DAYS), {"dagster/backfill": "abc"}):
            run = execute(job, tags=tags, instance=instance).dagster_run
            yield failure_alert(instance, [run], texts)


def said(texts: AlertTexts) -> str:
    told = list(alerts(texts))
    return "\n".join([subject_of(told, texts, name="demo"), text_of(told), *map(texts.more_lines.format, (1, 2))])


@pytest.mark.parametrize(("language", "other"), [("da", "en"), ("en", "da")])
def test_every_kind_of_alert_is_in_one_language(language: Language, other: Language) -> None:
    texts = ALERT_TEXTS[language]
    shown = said(texts)

    assert foreign_words(shown, texts, ALERT_TEXTS[other]) == set()
    assert [kind for kind in URGENT if texts.findings.kinds[kind].action not in shown] == []
    assert "{" not in shown


def test_a_danish_alert_is_worded_and_written_as_danes_do() -> None:
    texts = ALERT_TEXTS["da"]
    told = list(alerts(texts))

    assert subject_of(told, texts, name="demo") == (
        "demo: seneste kørsel fejlede; dage, der aldrig er hentet; lokation uden enhed; "
        f"og {len(told) - MOST_TITLES} til"
    )
    first, last = (f"{day:%d-%m-%Y}" for day in (DAYS.first_day, DAYS.last_day))
    over_target = next(alert.text for alert in told if alert.title == "lønprocent over mål").splitlines()
    assert over_target[0] == "Lønprocent over mål. Se lønprocenten for enheden i rapporten:"
    assert over_target[1].startswith(
        f"- Vesterbro, Bar 0, lokation 10 (Bar), {first} – {last}: 48,6 %, mål 30,0 %; lønomkostninger 600,00 kr.; "  # noqa: RUF001
        "omsætning 1.234,50 kr. ekskl. moms"
    )
    assert over_target[-1] == "- og 5 til, som kan ses i Dagster"
    failed = told[-2]
    assert failed.title == f"kørsel fejlede for {first} – {last}"  # noqa: RUF001
    assert failed.text.splitlines()[1:] == [
        "- breaks: fejlede uventet (KeyError). Fejlen kan ses på kørslens side i Dagster.",
        texts.run_again,
    ]
