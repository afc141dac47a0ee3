"""The `.env` beside a settings file: what is not in the settings, since nobody else may read it."""

import io
import os
import re
from collections.abc import Collection
from pathlib import Path

from dotenv.parser import parse_stream

from ajour_revenue.errors import ActionableError
from ajour_revenue.masking import first_unseen
from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.system_errors import reason_of

ENV_FILE = ".env"


class EnvFileError(ActionableError):
    """`.env` cannot be read; the message says where and what to do, and quotes nothing of it."""


def variable(folder: Path, name: str) -> str:
    """Return a variable as the `.env` in a settings file's folder has it, else the environment; empty without either.

    Companies that share a process have a file each. Raises EnvFileError.
    """
    beside = folder / ENV_FILE
    values = env_file_values(beside, {name}) if os.path.lexists(beside) else {}
    return values.get(name, os.environ.get(name, ""))


def env_file_values(path: Path, secrets: Collection[str] = ()) -> dict[str, str]:
    """Return what an `.env` file says, each value as it is written, `$` included.

    Refuses characters that cannot be seen in what is among the secrets. Raises EnvFileError.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read()
    except UnicodeDecodeError:
        message = Bilingual(
            da=f"{path} er ikke i UTF-8. Gem den som en tekstfil i UTF-8, ikke som Unicode eller UTF-16.",
            en=f"{path} is not in UTF-8. Save it as a text file in UTF-8, not as Unicode or UTF-16.",
        )
        raise EnvFileError(message) from None
    except OSError as error:
        reason = reason_of(error)
        message = Bilingual(
            da=f"{path} kan ikke læses: {reason.da}. Det skal være en fil, som denne bruger må læse.",
            en=f"{path} cannot be read: {reason.en}. It has to be a file that this user may read.",
        )
        raise EnvFileError(message) from None
    if "\0" in text:
        message = Bilingual(
            da=f"{path} er ikke en tekstfil i UTF-8: den har NUL-tegn. Gem den som en tekstfil i UTF-8.",
            en=f"{path} is no text file in UTF-8: it has NUL characters. Save it as a text file in UTF-8.",
        )
        raise EnvFileError(message)
    return values_in(text, path, secrets)


def values_in(text: str, path: Path, secrets: Collection[str] = ()) -> dict[str, str]:
    """Return what the text of an `.env` file says; `path` is named where it cannot be read. Raises EnvFileError."""
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        name, value = binding.key, binding.value
        blank_lines = re.match(r"\s*", binding.original.string)[0].count("\n")  # type: ignore[index]
        line = binding.original.line + blank_lines
        if binding.error or (name is not None and (value is None or "=" in name)):
            message = Bilingual(
                da=f"Linje {line} i {path} kan ikke læses. Skriv hver linje som NAVN=værdi; hvor værdien har et "
                "mellemrum, et # eller et anførselstegn, som NAVN='værdi', med \\' for et anførselstegn i den.",
                en=f"Line {line} of {path} cannot be read. Write each line as NAME=value; where the value has a space, "
                "a # or a quote, as NAME='value', with \\' for a quote within it.",
            )
            raise EnvFileError(message)
        if name is None or value is None:
            continue
        if name in secrets and (unseen := first_unseen(value)):
            message = Bilingual(
                da=f"Linje {line} i {path} kan ikke læses: værdien af {name} har et tegn, der ikke kan ses ({unseen}). "
                "Luk dens anførselstegn på samme linje, eller skriv den på ny, hvis den er indsat.",
                en=f"Line {line} of {path} cannot be read: the value of {name} has a character that cannot be seen "
                f"({unseen}). Close its quote on the same line, or type it anew where it was pasted.",
            )
            raise EnvFileError(message)
        values[name] = value
    return values
