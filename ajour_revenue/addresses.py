"""Where a secret may be sent to."""

from ipaddress import IPv4Address, IPv4Network
from urllib.parse import urlsplit

LOOPBACK = IPv4Network("127.0.0.0/8")


class UnsafeAddressError(ValueError):
    """A secret must not be sent to this address; says why, without the address: it may hold a password."""


def checked_address(address: str) -> str:
    """Return the address where a secret may be sent to it: over https, or to this machine itself.

    Raises UnsafeAddressError.
    """
    if not address.isprintable() or " " in address or "\\" in address:
        msg = "an address has no spaces, line breaks or backslashes"
        raise UnsafeAddressError(msg)
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or "#" in address or not address.startswith(("https://", "http://")):
        msg = "write a whole address, as in https://planday.example.dk"
        raise UnsafeAddressError(msg)
    if "@" in parts.netloc:
        msg = "an address must not hold a user or a password; remove what stands before the @"
        raise UnsafeAddressError(msg)
    if parts.scheme == "http" and not is_loopback(host):
        msg = "what is secret would be readable on its way: write https://, as http:// is for this machine alone"
        raise UnsafeAddressError(msg)
    return address


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself, by exactly the names that it always has."""
    try:
        return host in {"localhost", "::1"} or IPv4Address(host) in LOOPBACK
    except ValueError:
        return False
