"""`ajour-revenue demo` where it cannot begin."""

import socket

from ajour_revenue_tests.commands.kit import Shell


def test_a_taken_port_is_told_before_anything_is_made(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        result = shell.run("demo", "--ui", "--port", port)

    assert result.exit_code == 1
    assert f"Dagster cannot open at port {port}: Address already in use." in " ".join(result.stderr.split())
    assert f"make dev PORT={port + 1}" in " ".join(result.stderr.split())
    assert list(shell.folder.iterdir()) == []
