"""`ajour-revenue test`: Planday's button "Test settings and fetch units"."""

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ajour_revenue import days
from ajour_revenue.ajour.activation import earliest_day_in
from ajour_revenue.commands.answers import ask, choose, is_agreed
from ajour_revenue.commands.errors import FailedError, RefusedError
from ajour_revenue.commands.language import speak
from ajour_revenue.commands.options import settings_option
from ajour_revenue.commands.probe import (
    Answers,
    Result,
    Step,
    ajour_steps,
    budget_file_step,
    mapping_step,
    namesakes,
    planday_departments,
    planday_steps,
    settings_step,
    units_step,
    unlisted_revenue_units,
    wage_file_step,
)
from ajour_revenue.commands.probe_texts import PROBE_TEXTS, ProbeTexts, StepName, StepTexts
from ajour_revenue.commands.settings_file import (
    DEFAULT_DRIVER,
    Addition,
    NewFile,
    NewUnit,
    add_units,
    unfinished_settings,
)
from ajour_revenue.commands.terminal import output, print_indented, print_json, telling_retries
from ajour_revenue.environment import read_env_file
from ajour_revenue.mapping import most_similar_unit, unit_of_locations
from ajour_revenue.settings.load import DEFAULT_SETTINGS_FILE, SETTINGS_VARIABLE
from ajour_revenue.settings.model import Settings, Unit
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.faults import FaultError
from ajour_revenue.text.names import clean_name, distinct, looks_like, quoted
from ajour_revenue.text.parse import parse_amount
from ajour_revenue.warehouse.connect import reading

MARKS = {
    Result.OK: ("✓", "green"),
    Result.WARNING: ("!", "yellow"),
    Result.FAILED: ("✗", "bold red"),
    Result.SKIPPED: ("-", "dim"),
}
NAME_WIDTH = 3 + max(len(name) for texts in PROBE_TEXTS.values() for name in texts.steps.names.values())
NOBODY_TO_ASK = Bilingual(
    da="Med --json kan ingen spørges; tilføj --yes for at sige ja til alle forslag.",
    en="With --json nobody can be asked; add --yes to accept every suggestion.",
)
NO_FILE = Bilingual(
    da="{path} findes ikke, så der er intet at skrive i. Lav den med: ajour-revenue init",
    en="There is no {path} to write to. Make it with: ajour-revenue init",
)
NOT_RIGHT = Bilingual(
    da="Der skrives intet i {path}, før den er rigtig.", en="Nothing is written to {path} before it is right."
)
NO_PERCENTAGE = Bilingual(
    da="{typed} er ingen procent over 0 og op til {most}.", en="{typed} is no percentage above 0 and up to {most}."
)
NO_UNIT = "-"
NO_TARGET = "-"
HIGHEST_TARGET = 100


@click.command(
    epilog="Exit codes: 0 everything is right, 1 something failed or needs attention, 2 a wrong argument; with --write "
    "0 also where all that was asked for is written, and something else needs attention. "
    "✓ right, ! needs attention, ✗ failed, - not tried.",
)
@settings_option
@click.option("--driver", help="Try this ODBC driver instead of the one in the settings.")
@click.option("--port", type=click.IntRange(1, 65535), help="Try this port instead of the one in the settings.")
@click.option("--write", is_flag=True, help="Put units and locations into the settings file, asking for each.")
@click.option("--yes", is_flag=True, help="With --write: accept every suggestion.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def test(  # noqa: PLR0913 (each is an option)
    *,
    settings_file: Path | None,
    driver: str | None,
    port: int | None,
    write: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Test the settings, and show which Ajour location feeds which unit.

    Goes step by step, and says at each that fails what to do. It works before there is a settings file: the five
    credentials in the environment or in .env are enough to reach Ajour and list its locations. Planday is tested where
    the settings use it. Nothing is fetched or published.
    """
    read_env_file(settings_file)
    path = settings_file or Path(os.environ.get(SETTINGS_VARIABLE) or DEFAULT_SETTINGS_FILE)
    settings = unfinished_settings(path, NewFile(driver=driver or DEFAULT_DRIVER, port=port))
    settings = _with_driver(settings, driver, port)
    speak(settings.report.language)
    if yes and not write:
        raise RefusedError(Bilingual(da="--yes hører sammen med --write.", en="--yes goes with --write."))
    if write and as_json and not yes:
        raise RefusedError(NOBODY_TO_ASK)
    if write and not path.exists():
        raise FailedError(NO_FILE.format(path=path))
    texts = PROBE_TEXTS[settings.report.language]
    console = Console(quiet=True) if as_json else output()
    answers = Answers()
    steps = _told_steps(console, texts, _asked_steps(path, settings, answers, texts.steps, writes=write))
    written: list[Addition | NewUnit] = []
    if write:
        if steps["Settings"].result is Result.FAILED:
            raise FailedError(NOT_RIGHT.format(path=path))
        written = _suggestions(console, texts, settings, answers, ask=not yes)
        _write(console, texts, path, written)
        settings = _with_driver(unfinished_settings(path, NewFile()), driver, port)
        steps |= _told_steps(console, texts, [settings_step(path, texts.steps)])
    # Whoever was asked has said of each location where it belongs.
    is_decided = write and not yes
    steps |= _told_steps(console, texts, _judged_steps(path, settings, answers, texts.steps, is_decided=is_decided))
    unmapped = not is_decided and bool(_unmapped(settings, answers.locations or {}))
    if answers.locations and not write:
        _tell_mapping(console, texts, settings, answers.locations)
    if as_json:
        print_json(_plain(settings, answers, steps.values(), written))
    told, command = _next(texts, settings, path, steps, unmapped=unmapped)
    console.print(f"\n{told}:\n  {command}", soft_wrap=True)
    if not (_is_written(steps) if write else _is_fine(steps.values())):
        raise SystemExit(1)


def _is_fine(steps: Iterable[Step]) -> bool:
    return all(step.result in {Result.OK, Result.SKIPPED} for step in steps)


def _is_written(steps: Mapping[StepName, Step]) -> bool:
    """Whether nothing failed and all is mapped, though something else may need attention."""
    return all(step.result is not Result.FAILED for step in steps.values()) and steps["Mapping"].result is Result.OK


def _told_steps(console: Console, texts: ProbeTexts, steps: Iterable[Step]) -> dict[StepName, Step]:
    """Show each step as it ends, with a sign of life in between."""
    told = {}
    with telling_retries(), console.status(texts.testing):
        for step in steps:
            told[step.name] = step
            mark, style = MARKS[step.result]
            head = Text(f"{mark} ", style=style).append(texts.steps.names[step.name])
            print_indented(console, head, step.message, indent=NAME_WIDTH)
    return told


def _with_driver(settings: Settings, driver: str | None, port: int | None) -> Settings:
    given = {name: value for name, value in {"driver": driver, "port": port}.items() if value is not None}
    return settings.model_copy(update={"ajour": settings.ajour.model_copy(update=given)})


def _asked_steps(path: Path, settings: Settings, answers: Answers, texts: StepTexts, *, writes: bool) -> Iterator[Step]:
    yield settings_step(path, texts, gets_units=writes)
    yield from ajour_steps(settings, answers, texts, is_new=not path.exists())
    if settings.uses_planday:
        yield from planday_steps(settings, answers, texts)


def _judged_steps(
    path: Path, settings: Settings, answers: Answers, texts: StepTexts, *, is_decided: bool
) -> Iterator[Step]:
    """Hold what was answered against the units; where they are being written, not before they are."""
    if settings.wages.source == "file" and path.exists():
        yield wage_file_step(settings, texts)
    if settings.budget.file:
        yield budget_file_step(settings, settings.budget.file, texts)
    if answers.structure is not None:
        yield units_step(settings, answers.structure, texts)
    if answers.locations:
        yield mapping_step(settings, answers.locations, texts, is_decided=is_decided)


def _next(
    texts: ProbeTexts, settings: Settings, path: Path, steps: Mapping[StepName, Step], *, unmapped: bool
) -> tuple[str, str]:
    """Return what to do next, and the command for it."""
    is_usual = path.absolute() == Path(DEFAULT_SETTINGS_FILE).absolute()
    file = "" if is_usual else f" {shlex.quote(str(path))}"
    option = file and f" --settings{file}"
    if any(step.result is Result.FAILED for step in steps.values()):
        return texts.mend, f"ajour-revenue test{option}"
    if not path.exists():
        return texts.write_settings, "ajour-revenue init"
    if unmapped:
        return texts.map_locations, f"ajour-revenue test --write{option}"
    if settings.activation_date > days.yesterday():
        return texts.start_dagster.format(texts.steps.formats.date(settings.activation_date)), "dagster dev"
    with reading(settings.warehouse) as connection:
        is_new = earliest_day_in(connection) is None
    if is_new:
        return texts.fetch, f"ajour-revenue fetch --from {settings.activation_date}{option}"
    return texts.see, f"ajour-revenue status{file}"


def _tell_mapping(console: Console, texts: ProbeTexts, settings: Settings, locations: Mapping[str, str]) -> None:
    if not settings.units:
        console.print(f"\n{texts.locations}", style="bold")
        for location, name in locations.items():
            print_indented(console, Text("  "), f"{location} {name}", indent=4)
        return
    console.print(f"\n{texts.mapping}", style="bold")
    table = Table(texts.department, texts.unit, texts.fed_by)
    for unit in settings.units:
        fed_by = [f"{each} {locations.get(each.id, texts.not_in_ajour)}" for each in unit.locations]
        table.add_row(unit.department, unit.name, "\n".join(fed_by) or texts.none)
    console.print(table)


def _unmapped(settings: Settings, locations: Mapping[str, str]) -> dict[str, str]:
    mapped = unit_of_locations(settings, days.today())
    return {location: name for location, name in locations.items() if location not in mapped}


def _suggestions(
    console: Console, texts: ProbeTexts, settings: Settings, answers: Answers, *, ask: bool
) -> list[Addition | NewUnit]:
    """Return the units and locations to write: all that is suggested, or what somebody says who is asked."""
    new = {unit.name: unit for unit in _plandays_units(console, texts, settings, answers, ask=ask)}
    listed: list[Unit | NewUnit] = [*settings.units, *new.values()]
    departments = {unit.name: unit.department for unit in listed}
    additions: list[Addition | NewUnit] = []
    locations = answers.locations or {}
    # Where there are no units to choose from, each location becomes one.
    may_be_unit = not departments
    for location in _unmapped(settings, locations):
        unit = _unit_for(console, texts, locations, location, departments, may_be_unit=may_be_unit, ask=ask)
        if unit == NO_UNIT:
            continue
        if unit not in departments:
            known = _known_departments(settings, answers, departments.values())
            usual = next(reversed(departments.values()), known[0])
            departments[unit] = _department_for(texts, unit, known, usual) if ask else usual
            new[unit] = NewUnit(unit, departments[unit], (location,))
        elif unit in new:
            new[unit] = replace(new[unit], locations=(*new[unit].locations, location))
        else:
            additions.append(Addition(unit, location))
    return [*(_with_targets(texts, new.values()) if ask else new.values()), *additions]


def _known_departments(settings: Settings, answers: Answers, listed: Iterable[str]) -> list[str]:
    """Return the departments of the settings and of Planday; where there are none, the company is one."""
    in_planday = planday_departments(answers).values()
    return list(dict.fromkeys([*listed, *in_planday])) or [settings.display_name]


def _department_for(texts: ProbeTexts, unit: str, known: Sequence[str], usual: str) -> str:
    typed = choose(texts.which_department.format(unit), {each: each for each in known}, usual)
    return _same_or_new(typed, known)


def _with_targets(texts: ProbeTexts, units: Iterable[NewUnit]) -> Iterator[NewUnit]:
    usual = NO_TARGET
    for unit in units:
        target = ask(texts.target.format(unit.name), usual, _target)
        usual = NO_TARGET if target is None else texts.steps.formats.bare_percentage(target)
        yield replace(unit, target_wage_percentage=target)


def _target(typed: str) -> Decimal | None:
    """Return the percentage that somebody types, with a point or a comma; raises FaultError where it is none."""
    if typed == NO_TARGET:
        return None
    try:
        target = parse_amount(typed.removesuffix("%"))
    except ValueError:
        target = Decimal(0)
    if not 0 < target <= HIGHEST_TARGET:
        raise FaultError(NO_PERCENTAGE.format(typed=quoted(typed), most=HIGHEST_TARGET))
    return target


def _plandays_units(
    console: Console, texts: ProbeTexts, settings: Settings, answers: Answers, *, ask: bool
) -> Iterator[NewUnit]:
    for unlisted in unlisted_revenue_units(settings, answers):
        place = texts.revenue_unit.format(unlisted.name, unlisted.department)
        if unlisted.listed_without_id:
            _tell(console, texts.without_id.format(place, unlisted.id))
            continue
        question = texts.add if unlisted.proposed == unlisted.name else texts.add_as
        if not ask or is_agreed(question.format(place, unlisted.proposed), usual=True):
            yield NewUnit(unlisted.proposed, unlisted.department, planday_unit_id=unlisted.id)


def _unit_for(  # noqa: PLR0913 (what a suggestion is made of)
    console: Console,
    texts: ProbeTexts,
    locations: Mapping[str, str],
    location: str,
    units: Mapping[str, str],
    *,
    may_be_unit: bool,
    ask: bool,
) -> str:
    """Return the unit that a location is to feed, a new one perhaps; NO_UNIT where it is to feed none."""
    name, others = locations[location], namesakes(locations, location)
    if others:
        _tell(console, texts.namesakes.format(location, name, ", ".join(others)))
    suggested = distinct(units, name, location) if may_be_unit else most_similar_unit(name, units) or NO_UNIT
    if ask:
        new = distinct(units, name, location)
        choices = {unit: f"{unit}, {department}" for unit, department in units.items()}
        choices |= {new: texts.new_unit.format(new), NO_UNIT: texts.none}
        console.print(f"\n{texts.feeds.format(location, name)}", style="bold")
        typed = choose(texts.which_unit, choices, suggested)
        return _same_or_new(typed, units) or NO_UNIT
    if others and not may_be_unit:
        _tell(console, texts.ask_without_yes)
        return NO_UNIT
    return suggested


def _tell(console: Console, text: str) -> None:
    print_indented(console, Text("! ", style="yellow"), text, indent=2)


def _same_or_new(typed: str, known: Iterable[str]) -> str:
    """Return the known name that looks like what somebody has typed, whatever its case, or what they have typed."""
    return next((name for name in known if looks_like(name) == looks_like(typed)), clean_name(typed))


def _write(console: Console, texts: ProbeTexts, path: Path, additions: list[Addition | NewUnit]) -> None:
    if not additions:
        console.print(texts.nothing_to_write.format(path))
        return
    add_units(path, additions)
    console.print(texts.written.format(path), style="bold")
    for each in additions:
        if isinstance(each, Addition):
            text = texts.location_written.format(each.location, each.unit)
        elif each.locations:
            text = texts.fed_unit_written.format(each.name, each.department, ", ".join(each.locations))
        else:
            text = texts.unit_written.format(each.name, each.department)
        print_indented(console, Text("  +"), text, indent=4)


def _plain(
    settings: Settings,
    answers: Answers,
    steps: Iterable[Step],
    written: list[Addition | NewUnit],
) -> dict[str, Any]:
    locations = answers.locations or {}
    names = [unit.name for unit in settings.units]
    steps = list(steps)
    return {
        "ok": _is_fine(steps),
        "steps": [{"name": step.name, "result": step.result.value, "message": step.message} for step in steps],
        "units": [
            {
                "unit": unit.name,
                "department": unit.department,
                "planday_unit_id": unit.planday_unit_id,
                "locations": [
                    each.model_dump(mode="json", by_alias=True, exclude_none=True) | {"name": locations.get(each.id)}
                    for each in unit.locations
                ],
            }
            for unit in settings.units
        ],
        "unmapped_locations": [
            {"id": location, "name": name, "most_similar_unit": most_similar_unit(name, names)}
            for location, name in _unmapped(settings, locations).items()
        ],
        "written": [asdict(each) for each in written],
    }
