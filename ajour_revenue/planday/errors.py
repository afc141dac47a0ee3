"""What can go wrong between here and Planday, and what to do about each.

No message holds a token, the client id, an employee id, a shift id or anything else of what Planday answered.
"""

from ajour_revenue.errors import ActionableError


class PlandayError(ActionableError):
    """A request to Planday failed; the message says what failed, what was found and what to do."""


class OutageError(PlandayError):
    """Planday could not be reached, failed, or was too busy, for as long as we were willing to wait."""

    transient = True


class MissingCredentialsError(PlandayError):
    """The client id or the refresh token is not in the environment."""


class LoginRefusedError(PlandayError):
    """Planday gives no access token for this client id and refresh token."""


class AccessRevokedError(PlandayError):
    """Planday refuses a token that it has just issued: the app, or whoever authorized it, was deactivated."""


class ScopeMissingError(PlandayError):
    """The app was not given the scope that the request needs."""


class UnknownIdError(PlandayError):
    """The portal has no department or revenue unit with that id."""


class NoOpeningDayError(PlandayError):
    """No shift is planned that day, so Planday has no day to put revenue on."""


class RevenueRefusedError(PlandayError):
    """Planday does not take this revenue figure, a negative one for instance (D6)."""


class RequestRefusedError(PlandayError):
    """Planday, or whatever answers at its address in the settings, refused a request for an unknown reason."""


class RequestNotSentError(PlandayError):
    """The address, or a header made from the credentials, cannot be sent at all."""


class UnreadableAnswerError(PlandayError):
    """Planday's answer is not the JSON that its documentation promises."""


class ChangingListError(PlandayError):
    """A list cannot be read whole, since it changes each time that it is read."""

    transient = True
