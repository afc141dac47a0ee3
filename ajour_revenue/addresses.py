"""Where a secret may be sent to."""

from ipaddress import IPv4Address, IPv4Network
from urllib.parse import urlsplit

from ajour_revenue.text.bilingual import Bilingual
from ajour_revenue.text.faults import FaultError

LOOPBACK = IPv4Network("127.0.0.0/8")


class UnsafeAddressError(FaultError):
    """A secret must not be sent to this address; says why, without the address: it may hold a password."""


NO_SPACES = Bilingual(
    da="en adresse har ingen mellemrum, linjeskift eller omvendte skråstreger",
    en="an address has no spaces, line breaks or backslashes",
)
NOT_WHOLE = Bilingual(
    da="skriv en hel adresse, som i https://planday.example.dk",
    en="write a whole address, as in https://planday.example.dk",
)
NO_PASSWORD = Bilingual(
    da="en adresse må ikke indeholde en bruger eller en adgangskode; fjern det, der står før @",
    en="an address must not hold a user or a password; remove what stands before the @",
)
NOT_READABLE = Bilingual(
    da="det hemmelige kunne læses undervejs: skriv https://, for http:// er kun til denne maskine selv",
    en="what is secret would be readable on its way: write https://, as http:// is for this machine alone",
)


def checked_address(address: str) -> str:
    """Return the address where a secret may be sent to it: over https, or to this machine itself.

    Raises UnsafeAddressError.
    """
    if not address.isprintable() or " " in address or "\\" in address:
        raise UnsafeAddressError(NO_SPACES)
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or "#" in address or not address.startswith(("https://", "http://")):
        raise UnsafeAddressError(NOT_WHOLE)
    if "@" in parts.netloc:
        raise UnsafeAddressError(NO_PASSWORD)
    if parts.scheme == "http" and not is_loopback(host):
        raise UnsafeAddressError(NOT_READABLE)
    return address


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine itself, by exactly the names that it always has."""
    try:
        return host in {"localhost", "::1"} or IPv4Address(host) in LOOPBACK
    except ValueError:
        return False
