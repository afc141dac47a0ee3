"""What can go wrong between here and Ajour, and what to do about each."""

from ajour_revenue.errors import ActionableError


class AjourError(ActionableError):
    """Ajour's figures could not be fetched; the message says what failed, what was found and what to do."""

    transient = False
    """Whether trying again may help."""


class MissingCredentialsError(AjourError):
    """Some of the five values that Ajour gives (R1) are not in the environment."""


class DriverManagerMissingError(AjourError):
    """The system has no ODBC driver manager, so pyodbc cannot be imported."""


class DriverNotInstalledError(AjourError):
    """The driver that the settings name is not on this machine."""


class InexpressibleValueError(AjourError):
    """A credential contains characters that this driver's connection string cannot express."""


class HostUnreachableError(AjourError):
    """Nothing answers at the host and port."""

    transient = True


class TimedOutError(AjourError):
    """Ajour accepted the connection but did not answer in time."""

    transient = True


class LoginRefusedError(AjourError):
    """Ajour refused the user or the password."""


class UnknownDatabaseError(AjourError):
    """Ajour has no database of that name."""


class ConnectionLostError(AjourError):
    """The connection broke while Ajour was answering."""

    transient = True


class QueryFailedError(AjourError):
    """Ajour's server refused one of the two SQL texts."""


class ContractBrokenError(AjourError):
    """A query answered with something other than the promised columns and rows."""


class AnswerTooLargeError(AjourError):
    """An answer fits neither into memory nor onto the disk for temporary files."""


class ConnectionFailedError(AjourError):
    """Ajour's server was reached, and refused the connection for a reason that we do not know."""


class CertificateRefusedError(ConnectionFailedError):
    """The certificate of Ajour's server cannot be verified."""


class EncryptionMissingError(ConnectionFailedError):
    """Ajour's server offers no encryption."""


class ServerBusyError(AjourError):
    """Ajour's server cannot answer just now, which passes by itself."""

    transient = True
