"""The sources that play Ajour."""

from pathlib import Path

import pytest
import tenacity

from ajour_revenue.ajour import connection
from ajour_revenue_tests.ajour.kit import POSTGRES_DATABASE, Source, fill, sqlite_source
from ajour_revenue_tests.ajour.postgres import Postgres
from ajour_revenue_tests.ajour.sql_server import AUTHORITY


@pytest.fixture(autouse=True)
def _two_attempts_without_a_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    stop, wait = tenacity.stop_after_attempt(2), tenacity.wait_none()
    monkeypatch.setattr(connection, "retried", connection.retried.copy(stop=stop, wait=wait))


@pytest.fixture(scope="session")
def postgres(postgres: Postgres) -> Postgres:
    fill(postgres, POSTGRES_DATABASE)
    return postgres


@pytest.fixture
def sqlite_ajour(tmp_path: Path) -> Source:
    return sqlite_source(tmp_path)


@pytest.fixture
def postgres_ajour(postgres: Postgres, tmp_path: Path) -> Source:
    return Source(tmp_path, "PostgreSQL Unicode", POSTGRES_DATABASE, host="127.0.0.1", port=postgres.port)


@pytest.fixture(params=["sqlite", "postgres"])
def source(request: pytest.FixtureRequest) -> Source:
    """Each of the sources in turn: what holds for one holds for all."""
    each: Source = request.getfixturevalue(f"{request.param}_ajour")
    return each


@pytest.fixture
def trusted_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the authority that has signed the certificate of the tests' SQL Server, as Microsoft's driver can."""
    authority = tmp_path / "authority.pem"
    AUTHORITY.cert_pem.write_to_path(str(authority))
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
