"""SQL Server, through Microsoft's driver and FreeTDS: figures, logins, errors and time-outs."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ajour_revenue.ajour.errors import (
    AjourError,
    CertificateRefusedError,
    ContractBrokenError,
    LoginRefusedError,
    QueryFailedError,
    ServerBusyError,
    TimedOutError,
    UnknownDatabaseError,
)
from ajour_revenue_tests.ajour import tds
from ajour_revenue_tests.ajour.kit import (
    COMPANY_ID,
    LOCATIONS,
    REVENUE,
    USER,
    WINDOW,
    locations_failure,
    revenue_failure,
)
from ajour_revenue_tests.ajour.sql_server import DATABASE, FREETDS, HOST, MICROSOFT, ajour_of, figures, sql_server
from ajour_revenue_tests.ajour.tds import Answer, SqlServerError
from ajour_revenue_tests.processes import wait_until

both = pytest.mark.parametrize("driver", [pytest.param(MICROSOFT, id="Microsoft"), FREETDS])


def failing(number: int, text: str = "It is so.") -> Callable[[str, list[object]], Answer]:
    return lambda *_: Answer(error=SqlServerError(number, text))


@pytest.fixture(autouse=True)
def _trusted(trusted_authority: None) -> None:
    """Let Microsoft's driver trust the tests' authority."""


@both
def test_the_figures_come_as_they_are(tmp_path: Path, driver: str) -> None:
    with sql_server() as server:
        ajour = ajour_of(server, driver, tmp_path)

        assert [(each.location_id, each.location_name) for each in ajour.locations()] == LOCATIONS
        assert [tuple(row.values()) for row in ajour.daily_revenue(WINDOW).rows.to_pylist()] == REVENUE
        assert ajour.weaknesses == []
    assert "commit" not in server.happened


@both
@pytest.mark.parametrize(
    ("column", "given", "taken"),
    [
        *((column, Decimal("-1234.5600"), Decimal("-1234.56")) for column in (tds.MONEY, tds.SMALLMONEY, tds.DECIMAL)),
        *((column, 1234, Decimal(1234)) for column in (tds.INT, tds.BIGINT)),
        (tds.decimal(38, 8), Decimal("123456789012345.12345678"), Decimal("123456789012345.12345678")),
        (tds.NVARCHAR, "12.50", Decimal("12.50")),
        (tds.NVARCHAR_MAX, "12.50", Decimal("12.50")),
    ],
)
def test_money_of_every_type_is_exact(
    tmp_path: Path, driver: str, column: tds.Column, given: object, taken: Decimal
) -> None:
    day = WINDOW.first_day
    columns = [("business_date", tds.DATE), ("location_id", tds.INT), ("revenue_incl_vat", column)]
    answer = Answer([*columns, ("revenue_excl_vat", column)], [(day, 10, given, given)])
    with sql_server(lambda *_: answer) as server:
        [row] = ajour_of(server, driver, tmp_path).daily_revenue(WINDOW).rows.to_pylist()

    assert (row["revenue_incl_vat"], row["revenue_excl_vat"], row["location_id"]) == (taken, taken, "10")


@both
@pytest.mark.parametrize("column", [tds.DATETIME, tds.DATETIME2])
def test_a_midnight_is_a_day_and_a_time_of_day_is_refused(tmp_path: Path, driver: str, column: tds.Column) -> None:
    def of(moment: dt.datetime) -> Answer:
        columns = [("business_date", column), ("location_id", tds.INT)]
        money = [("revenue_incl_vat", tds.MONEY), ("revenue_excl_vat", tds.MONEY)]
        return Answer([*columns, *money], [(moment, 10, 1, 1)])

    midnight = dt.datetime.combine(WINDOW.first_day, dt.time())
    with sql_server(lambda *_: of(midnight)) as server:
        [row] = ajour_of(server, driver, tmp_path).daily_revenue(WINDOW).rows.to_pylist()
    assert row["business_date"] == WINDOW.first_day
    with sql_server(lambda *_: of(midnight + dt.timedelta(hours=23))) as server:
        revenue_failure(ContractBrokenError, ajour_of(server, driver, tmp_path))


# Logins


@both
def test_a_wrong_password_is_told(tmp_path: Path, driver: str) -> None:
    with sql_server() as server:
        told = locations_failure(LoginRefusedError, ajour_of(server, driver, tmp_path, password="failed"))

    assert told.startswith("Ajour refused the login. Check AJOUR_USER and AJOUR_PASSWORD.")
    assert "18456" in told
    assert "failed" not in told
    assert "<" not in told


@both
def test_an_unknown_database_is_told_as_far_as_the_driver_knows(tmp_path: Path, driver: str) -> None:
    with sql_server() as server:
        kind: type[AjourError] = LoginRefusedError if driver == FREETDS else UnknownDatabaseError
        told = locations_failure(kind, ajour_of(server, driver, tmp_path, database="nowhere"))

    assert "AJOUR_DATABASE" in told
    assert "nowhere" not in told


@both
@pytest.mark.parametrize(
    ("number", "what_to_do"),
    [
        (18470, "switched off"),
        (18486, "locked"),
        (18452, "Windows domain"),
        *((number, "expired") for number in (18463, 18468, 18487, 18488)),
    ],
)
def test_a_login_that_is_refused_for_a_reason_is_told_with_it_and_not_tried_again(
    tmp_path: Path, driver: str, number: int, what_to_do: str
) -> None:
    with sql_server(refusal=SqlServerError(number, severity=14)) as server:
        told = locations_failure(LoginRefusedError, ajour_of(server, driver, tmp_path))

    assert what_to_do in told
    assert str(number) in told
    assert server.happened == [f"login {USER}"]


@both
@pytest.mark.parametrize("number", [922, 40613, 6005, 17142, 17809, 18401, 18461, 40501])
def test_a_server_that_takes_no_logins_just_now_is_asked_again(tmp_path: Path, driver: str, number: int) -> None:
    with sql_server(refusal=SqlServerError(number, severity=14)) as server:
        told = locations_failure(ServerBusyError, ajour_of(server, driver, tmp_path))
        assert server.happened == [f"login {USER}"] * 2
        server.refusal = None

        assert len(ajour_of(server, driver, tmp_path).locations()) == len(LOCATIONS)
    assert "takes no logins just now" in told


@pytest.mark.parametrize(
    ("options", "is_trusted"),
    [({}, True), ({"HostnameInCertificate": "other.example"}, True), ({"HostnameInCertificate": HOST}, False)],
    ids=["address instead of name", "other name", "signed by nobody that is trusted"],
)
def test_microsofts_driver_refuses_a_certificate_that_does_not_prove_who_answers(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, str],
    is_trusted: bool,  # noqa: FBT001
) -> None:
    if not is_trusted:
        monkeypatch.delenv("SSL_CERT_FILE")
    with sql_server() as server:
        told = locations_failure(CertificateRefusedError, ajour_of(server, MICROSOFT, tmp_path, options=options))

    assert "HostnameInCertificate" in told
    assert "ServerCertificate" in told
    assert "TrustServerCertificate" not in told
    assert server.happened == []


# Queries


@both
@pytest.mark.parametrize("number", [245, 8114, 241])
def test_a_value_that_cannot_be_converted_is_no_lost_connection(tmp_path: Path, driver: str, number: int) -> None:
    text = f"Conversion failed when converting the nvarchar value '{COMPANY_ID}' to data type int."
    with sql_server(failing(number, text)) as server:
        told = locations_failure(QueryFailedError, ajour_of(server, driver, tmp_path))

    assert "AJOUR_COMPANY_ID is not of the kind that the column holds" in told
    assert COMPANY_ID not in told
    assert server.happened.count("query") == 1


@both
@pytest.mark.parametrize("number", [1205, 1222, 8645, 701, 601, 3960, 40197])
@pytest.mark.parametrize("rows", [[], LOCATIONS])
def test_what_passes_by_itself_is_asked_again(tmp_path: Path, driver: str, number: int, rows: list[object]) -> None:
    asked = []

    def at_first(sql: str, parameters: list[object]) -> Answer:
        asked.append(sql)
        answer = figures(sql, parameters)
        if len(asked) == 1:
            answer.rows, answer.error = rows, SqlServerError(number, severity=13)  # type: ignore[assignment]
        return answer

    with sql_server(at_first) as server:
        assert len(ajour_of(server, driver, tmp_path).locations()) == len(LOCATIONS)
    assert len(asked) == 2


@both
@pytest.mark.parametrize(
    ("number", "what_to_do"),
    [
        (208, "does not have a table or column"),
        (229, "may not read"),
        (102, "is not SQL that"),
        (8134, "refused the query"),
    ],
)
def test_a_query_that_is_refused_is_told_once(tmp_path: Path, driver: str, number: int, what_to_do: str) -> None:
    with sql_server(failing(number, "Invalid object name 'locations'.")) as server:
        told = locations_failure(QueryFailedError, ajour_of(server, driver, tmp_path))

    assert what_to_do in told
    assert server.happened.count("query") == 1


@both
def test_a_password_that_is_a_common_word_is_not_betrayed_by_a_gap_and_a_database_is_not_told(
    tmp_path: Path, driver: str
) -> None:
    def said(text: str) -> str:
        with sql_server(failing(50000, text), logins={USER: "failed"}) as server:
            return locations_failure(QueryFailedError, ajour_of(server, driver, tmp_path, password="failed"))

    betraying = said("The audit Failed.")
    assert "audit" not in betraying
    assert "AJOUR_PASSWORD" not in betraying
    assert "error 50000" in betraying
    assert "The audit of <AJOUR_DATABASE> is full." in said(f"The audit of {DATABASE} is full.")


@both
def test_a_query_without_columns_is_told(tmp_path: Path, driver: str) -> None:
    with sql_server(lambda *_: Answer()) as server:
        assert "one SELECT" in locations_failure(ContractBrokenError, ajour_of(server, driver, tmp_path))


@both
def test_a_query_that_takes_too_long_is_ended_on_the_server_too(tmp_path: Path, driver: str) -> None:
    with sql_server(lambda *_: Answer(is_slow=True)) as server:
        ajour = ajour_of(server, driver, tmp_path, query_timeout_seconds=1)
        locations_failure(TimedOutError, ajour)

        wait_until(lambda: server.happened.count("attention") == 2, "each query to be ended")
    assert server.happened.count("query") == 2
