"""What needs attention, as the commands print it."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from ajour_revenue.attention.finding import Finding
from ajour_revenue.attention.texts import FindingTexts, sentence
from ajour_revenue.commands.terminal import print_indented

SHOWN_AT_MOST = 20


def print_findings(console: Console, findings: Sequence[Finding], texts: FindingTexts, *, more: str) -> None:
    """Print each finding, and below it the command that helps, whole on one line so that it can be copied."""
    for finding in findings[:SHOWN_AT_MOST]:
        print_indented(console, Text("!", style="bold yellow"), sentence(finding, texts), indent=2)
        if finding.command:
            console.print(f"  {finding.command}", soft_wrap=True)
    if len(findings) > SHOWN_AT_MOST:
        console.print(more.format(len(findings) - SHOWN_AT_MOST))
