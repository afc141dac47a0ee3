"""`ajour-revenue mail`: who gets the report, a look at it, and one to oneself."""

import stat
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlparse
from urllib.request import url2pathname

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import InstigatorState, InstigatorStatus, SensorInstigatorData

from ajour_revenue.instance import INSTANCE_FILE
from ajour_revenue.mail.memory import Mailed, Memory, Readers, Waiting, sensor_name
from ajour_revenue.text.formats import ENGLISH
from ajour_revenue_tests.alerts.kit import SENDER, Mailbox, mail_server
from ajour_revenue_tests.clock import LAST_DAY, MOMENT
from ajour_revenue_tests.commands.kit import Shell
from ajour_revenue_tests.kit import Company
from ajour_revenue_tests.processes import CHECKOUT

LEADER, CONTROLLER, ME = "leder@vesterbro.dk", "controller@example.dk", "me@example.dk"


@pytest.fixture
def mailbox(at_fetched_company: Company) -> Iterator[Mailbox]:
    """The mail server of a company that mails its report to two readers."""
    with mail_server() as mailbox:
        server = {"host": "127.0.0.1", "port": mailbox.port, "encryption": "none", "sender": SENDER}
        at_fetched_company.reload(
            alerts={"mail": server | {"recipients": ["vagt@example.dk"]}},
            report={
                "language": "en",
                "mail": [{"to": [LEADER], "departments": ["Vesterbro"]}, {"to": [CONTROLLER, ME], "xlsx": True}],
            },
        )
        yield mailbox


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that the browser was asked to open."""
    opened: list[Path] = []

    def remember(url: str) -> bool:
        opened.append(Path(url2pathname(urlparse(url).path)))
        return True

    monkeypatch.setattr(webbrowser, "open", remember)
    return opened


@pytest.mark.usefixtures("at_fetched_company")
def test_without_readers_it_says_how_to_have_some(shell: Shell) -> None:
    assert "The settings' report.mail says who does" in shell.run("mail").stdout


@pytest.mark.usefixtures("mailbox")
def test_it_says_who_gets_what_and_that_there_was_no_mail_yet(shell: Shell) -> None:
    assert (
        shell.run("mail").stdout
        == f"""\
{LEADER}
  sees       Vesterbro
  last mail  none yet
{CONTROLLER}, {ME}
  sees       the whole company, with a workbook for Excel
  last mail  none yet
"""
    )


@pytest.mark.usefixtures("mailbox")
def test_it_says_when_the_last_mail_was_sent_and_which_could_not_be(shell: Shell) -> None:
    (shell.folder / INSTANCE_FILE).write_bytes((CHECKOUT / INSTANCE_FILE).read_bytes())
    leader, others = Readers(to=(LEADER,), departments=("Vesterbro",)), Readers(to=(CONTROLLER, ME), departments=())
    memory = Memory(
        successes="1",
        day=LAST_DAY,
        waiting=(Waiting(readers=others, tries=2, not_before=MOMENT),),
        mailed=(Mailed(readers=leader, day=LAST_DAY, figures="", at=MOMENT),),
    )
    remember(shell.folder, memory)

    said = shell.run("mail").stdout

    assert f"  last mail  {ENGLISH.moment(MOMENT)}, of {ENGLISH.date(LAST_DAY)}\n" in said
    assert f"  failed     2 times; tried again {ENGLISH.moment(MOMENT)}\n" in said


def remember(folder: Path, memory: Memory) -> None:
    """Let the sensor's cursor in the instance here hold something."""
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "__repository__")
    origin = RemoteInstigatorOrigin(repository, sensor_name("demo"))
    data = SensorInstigatorData(cursor=memory.model_dump_json())
    with dg.DagsterInstance.from_config(str(folder), INSTANCE_FILE) as instance:
        instance.add_instigator_state(
            InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.DECLARED_IN_CODE, data)
        )


@pytest.mark.usefixtures("mailbox")
def test_a_preview_is_opened_from_a_file_that_nobody_else_may_read(shell: Shell, opened: list[Path]) -> None:
    said = shell.run("mail", "--preview").stdout

    [path] = opened
    assert said == f"{path}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "Aarhus · Shop" in path.read_text(encoding="utf-8")
    path.unlink()


def test_a_preview_needs_no_mail_server_and_can_be_of_a_department(
    shell: Shell, at_fetched_company: Company, opened: list[Path]
) -> None:
    assert at_fetched_company.settings.alerts.mail is None
    shell.run("mail", "--preview", "--department", "Aarhus")

    [path] = opened
    html = path.read_text(encoding="utf-8")
    assert "Shop" in html
    assert "Vesterbro" not in html
    path.unlink()


def test_one_goes_to_whoever_asks_for_it(shell: Shell, mailbox: Mailbox) -> None:
    result = shell.run("mail", "--to", ME, "--department", "Vesterbro")

    assert result.exit_code == 0
    [mail] = mailbox.mails
    assert mail["To"] == ME
    assert str(mail["Subject"]).startswith("Vesterbro ")
    assert result.stdout == f"The report was mailed to {ME}: {mail['Subject']}\n"
    assert "none yet" in shell.run("mail").stdout


def test_what_cannot_be_sent_is_told_with_what_to_do(shell: Shell, mailbox: Mailbox) -> None:
    mailbox.unknown = {ME}

    result = shell.run("mail", "--to", ME)

    assert result.exit_code == 1
    assert "Check --to, and whether it wants a login" in " ".join(result.stderr.split())


@pytest.mark.usefixtures("at_fetched_company")
def test_without_a_mail_server_it_says_where_to_name_one(shell: Shell) -> None:
    result = shell.run("mail", "--to", ME)

    assert result.exit_code == 1
    assert "Say in alerts.mail which one it is" in " ".join(result.stderr.split())


@pytest.mark.usefixtures("at_fetched_company")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--preview", "--to", ME), "--preview sends nothing"),
        (("--department", "Vesterbro"), "--department goes with --preview or --to"),
        (("--preview", "--department", "Vesterbo"), "There is no department 'Vesterbo'"),
        (("--to", "me"), "Write one plain mail address"),
        (("--to", "a@example.dk\nBcc: b@example.dk"), "Write one plain mail address"),
    ],
)
def test_what_cannot_be_asked_is_refused(shell: Shell, arguments: tuple[str, ...], said: str) -> None:
    result = shell.run("mail", *arguments)

    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())
