"""`ajour-revenue companies`: many companies in one Dagster."""

import datetime as dt
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click
from rich.table import Table
from ruamel.yaml import YAML

from ajour_revenue.commands.companies_texts import COMPANIES_TEXTS, NO_COMPANY, NO_NAME, SEVERAL_SERVERS, CompaniesTexts
from ajour_revenue.commands.errors import FailedError, RefusedError
from ajour_revenue.commands.init import NAME, init
from ajour_revenue.commands.language import said, spoken_language, words_of
from ajour_revenue.commands.overview import Overview, overview_of
from ajour_revenue.commands.settings_file import NewFile, unfinished_settings
from ajour_revenue.commands.terminal import NOTE, errors, output, print_json, settings_or_fail
from ajour_revenue.companies.folder import Company, CompanyError, check_name, companies_folder
from ajour_revenue.companies.folder import companies as all_companies
from ajour_revenue.companies.workspace import INSTANCE_FILE, listening, write_instance, write_workspace
from ajour_revenue.days import Window, latest_days, yesterday
from ajour_revenue.errors import ActionableError
from ajour_revenue.instance import COMPANY_TAG, next_fetch_here
from ajour_revenue.readers.copy import reading_copy
from ajour_revenue.reports.report import load_report
from ajour_revenue.reports.texts import TEXTS
from ajour_revenue.reports.write import Pages
from ajour_revenue.reports.write import write as write_file
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE
from ajour_revenue.text.bilingual import Language
from ajour_revenue.upcoming import NextFetch
from ajour_revenue.warehouse.file import make_private_folder

RUNS_AT_ONCE = 4


@dataclass(frozen=True)
class State:
    """What is told of one company in the list."""

    company: Company
    overview: Overview | None
    problems: list[str]

    @property
    def last_day(self) -> dt.date | None:
        """The last day that is there, by whatever way it came."""
        days = self.overview.days if self.overview else {}
        return max((day for day, state in days.items() if state != "never fetched"), default=None)


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.pass_context
def companies(context: click.Context, *, as_json: bool) -> None:
    """List the companies of this folder with their state.

    Or add one; write what Dagster needs, or a report of all. Each company is a folder in companies/ with its
    own ajour.yaml and .env. AJOUR_COMPANIES names another folder than companies/.
    """
    if context.invoked_subcommand:
        return
    states = [_state(company) for company in _companies_or_fail()]
    if as_json:
        print_json({"companies": [_plain(state) for state in states]})
    else:
        output().print(_table(states, COMPANIES_TEXTS[_language(states)]))
        for state in states:
            for problem in state.problems:
                errors().print(f"{state.company.name}: {problem}", style="red")
    if any(state.problems for state in states):
        raise SystemExit(1)


@companies.command(context_settings={"ignore_unknown_options": True})
@click.argument("name")
@click.argument("how", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF init]...")
def add(*, name: str, how: tuple[str, ...]) -> None:
    """Add a company: its folder, with settings and .env, as ajour-revenue init makes them."""
    if not NAME.fullmatch(name):
        raise RefusedError(NO_NAME.format(name=name))
    folder = companies_folder() / name
    make_private_folder(folder)
    with chdir(folder):
        init.main(["--name", name, *how], standalone_mode=False)
    settings = unfinished_settings(folder / DEFAULT_SETTINGS_FILE, NewFile())
    added = COMPANIES_TEXTS[settings.report.language].added.format(folder)
    output().print(f"{added}\n  ajour-revenue companies write")


@companies.command()
@click.option("--one-server", is_flag=True, help="One code server for all, in place of one for each.")
@click.option(
    "--runs-at-once",
    type=click.IntRange(1, 64),
    default=RUNS_AT_ONCE,
    show_default=True,
    help="How many companies' runs may go on at the same time, where dagster.yaml is not there yet.",
)
def write(*, one_server: bool, runs_at_once: int) -> None:
    """Write workspace.yaml, the ports of code servers, and dagster.yaml where there is none, into this folder."""
    found = _companies_or_fail()
    names = [company.name for company in found]
    if wrong := [name for name in names if not NAME.fullmatch(name)]:
        raise FailedError(NO_NAME.format(name=wrong[0]))
    language = unfinished_settings(found[0].settings_file, NewFile()).report.language
    texts = COMPANIES_TEXTS[language]
    written = write_workspace(found, one_server=one_server)
    if write_instance(runs_at_once=runs_at_once):
        written.append(INSTANCE_FILE)
    elif COMPANY_TAG not in _limited_tags():
        errors().print(
            f"{NOTE.in_language(language)}: {texts.runs_overlap.format(INSTANCE_FILE, COMPANY_TAG)}",
            style="yellow",
            soft_wrap=True,
        )
    console = output()
    console.print(texts.written.format(", ".join(map(str, written))), style="bold", soft_wrap=True)
    console.print(texts.start)


@companies.command()
@click.option(
    "--output",
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where to write it; by default group.html in the folder of the companies.",
)
@click.option("--language", type=click.Choice(["da", "en"]), default="da", show_default=True)
def report(*, file: Path | None, language: Language) -> None:
    """Write one page for all companies: yesterday, the week and the month of each, and of all together.

    From the readers' copies, so no run is waited for. A company that cannot be read is named, and in no sum.
    """
    # The page's libraries are for this command alone.
    from ajour_revenue.reports.group import Member, group_page  # noqa: PLC0415

    path = file or companies_folder() / "group.html"
    members, unread = [], []
    for company in _companies_or_fail():
        try:
            settings = settings_or_fail(company.settings_file)
            check_name(company, settings)
            window = latest_days(yesterday(), since=settings.activation_date)
            with reading_copy(settings) as connection:
                loaded = load_report(connection, settings, window, "week", partial(next_fetch_here, settings))
        except (click.ClickException, ActionableError) as error:
            unread.append((company.name, words_of(error)))
            errors().print(f"{company.name}: {words_of(error)}", style="red")
            continue
        page = Pages.of(settings).latest
        members.append(Member.of(loaded, page if page.exists() else None))
    write_file(
        path,
        group_page(members, unread, Window(yesterday(), yesterday()), TEXTS[language], beside=path.parent).encode(
            "utf-8"
        ),
    )
    output().print(str(path), soft_wrap=True)
    if unread:
        raise SystemExit(1)


def _companies_or_fail() -> list[Company]:
    found = all_companies()
    if not found:
        raise FailedError(NO_COMPANY.format(folder=companies_folder()))
    return found


def _state(company: Company) -> State:
    problems = []
    overview = None
    try:
        settings = settings_or_fail(company.settings_file)
        check_name(company, settings)
        overview = overview_of(settings)
    except (click.ClickException, ActionableError) as error:
        problems.append(words_of(error))
    try:
        problems += _problems_of_server(company)
    except CompanyError as error:
        problems.append(words_of(error))
    return State(company, overview, problems)


def _problems_of_server(company: Company) -> Iterator[str]:
    if company.port is None:
        return
    processes = listening(company.port)
    if len(processes) > 1:
        several = SEVERAL_SERVERS.format(
            number=len(processes), port=company.port, processes=", ".join(map(str, processes))
        )
        yield said(several)


def _language(states: list[State]) -> Language:
    """Return the language of the first company that can be used, else what the last one's settings ask for."""
    return next((state.overview.settings.report.language for state in states if state.overview), spoken_language())


def _server(company: Company, texts: CompaniesTexts) -> str:
    try:
        port = company.port
    except CompanyError:
        return texts.unknown_port
    if port is None:
        return texts.shared
    return (texts.up if listening(port) else texts.down).format(port)


def _table(states: list[State], texts: CompaniesTexts) -> Table:
    headings = (texts.company, texts.state, texts.next_fetch, texts.last_day, texts.attention, texts.code_server)
    table = Table(*headings, box=None, pad_edge=False)
    for state in states:
        overview = state.overview
        upcoming = overview.next_fetch if overview else None
        table.add_row(
            state.company.name,
            texts.unusable if overview is None else texts.active if isinstance(upcoming, NextFetch) else texts.paused,
            texts.formats.moment(upcoming.at) if isinstance(upcoming, NextFetch) else "",
            texts.formats.date(state.last_day) if state.last_day else texts.none_yet,
            str(len(overview.attention)) if overview and overview.attention else "",
            _server(state.company, texts),
        )
    return table


def _plain(state: State) -> dict[str, object]:
    overview = state.overview
    upcoming = overview.next_fetch if overview else None
    return {
        "name": state.company.name,
        "folder": str(state.company.folder),
        "usable": overview is not None,
        "active": isinstance(upcoming, NextFetch),
        "next_fetch": upcoming.at.isoformat() if isinstance(upcoming, NextFetch) else None,
        "last_day": state.last_day,
        "attention": len(overview.attention) if overview else None,
        "code_server": _server(state.company, COMPANIES_TEXTS["en"]),
        "problems": state.problems,
    }


def _limited_tags() -> set[str]:
    instance = YAML(typ="safe", pure=True).load(INSTANCE_FILE.read_text(encoding="utf-8")) or {}
    limits = instance.get("concurrency", {}).get("runs", {}).get("tag_concurrency_limits", [])
    return {limit["key"] for limit in limits}
