"""The two ways out: a mail server, and a webhook that takes what Slack's takes."""

import contextlib
import html
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from http import HTTPStatus
from typing import Literal

import dagster as dg
import requests
from pydantic import Field

from ajour_revenue.settings.model import MailSettings

MAIL_USER = "ALERT_SMTP_USER"
MAIL_PASSWORD = "ALERT_SMTP_PASSWORD"  # noqa: S105 (the variable's name)
WEBHOOK_URL = "ALERT_WEBHOOK_URL"
VARIABLES = (MAIL_USER, MAIL_PASSWORD, WEBHOOK_URL)
"""The environment variables with what is secret; a mail server without login needs none."""

TIMEOUT_SECONDS = 10


class NotSentError(Exception):
    """A message was not sent; says why and what to do, without any secret. Sending it again may help."""


class MailServer(dg.ConfigurableResource[None]):
    """Sends mail over SMTP, encrypted and to a server whose certificate is good, unless the settings say otherwise."""

    host: str
    port: int
    encryption: Literal["starttls", "tls", "none"]
    sender: str
    recipients: list[str]
    user: str = Field(repr=False, description="The login at the mail server; empty where it asks for none")
    password: str = Field(repr=False, description="The password at the mail server")
    timeout_seconds: float = Field(default=TIMEOUT_SECONDS, description="How long the server may be without an answer")

    @classmethod
    def from_settings(cls, mail: MailSettings) -> "MailServer":
        """Take the login from the environment when a message is sent, and the rest from the settings."""
        return cls(
            host=mail.host,
            port=mail.port,
            encryption=mail.encryption,
            sender=mail.sender,
            recipients=list(mail.recipients),
            user=dg.EnvVar(MAIL_USER),
            password=dg.EnvVar(MAIL_PASSWORD),
        )

    def send(self, subject: str, text: str) -> str:
        """Send one mail to all recipients, and return who got it. Raises NotSentError where nobody did."""
        if self.user and self.encryption == "none":
            message = (
                f"alerts.mail.encryption is none, and the password would be readable on its way. Choose starttls or "
                f"tls, or empty {MAIL_USER} if the server asks for no login."
            )
            raise NotSentError(message)
        try:
            refused = self._deliver(self._mail(subject, text))
        except (OSError, UnicodeError) as error:
            raise NotSentError(self._explained(error)) from None
        told = [recipient for recipient in self.recipients if recipient not in refused]
        return f"mailed to {', '.join(told)}" + (f"; refused: {', '.join(refused)}" if refused else "")

    def _explained(self, error: OSError | UnicodeError) -> str:
        """Say what went wrong, not in the server's own words: they may quote what it was told."""
        match error:
            case smtplib.SMTPAuthenticationError():
                problem = f"refused the login (code {error.smtp_code}). Check {MAIL_USER} and {MAIL_PASSWORD}."
            case smtplib.SMTPRecipientsRefused():
                problem = "refused all recipients. Check alerts.mail.recipients, and whether it wants a login."
            case smtplib.SMTPResponseException():
                problem = f"did not take the message (code {error.smtp_code}). Check alerts.mail.sender."
            case smtplib.SMTPNotSupportedError():
                problem = f"cannot do what was asked: {error} Check alerts.mail.port and alerts.mail.encryption."
            case smtplib.SMTPServerDisconnected() | TimeoutError():
                problem = (
                    f"broke off, or did not answer within {self.timeout_seconds:g} s. Check alerts.mail.host, port and "
                    "encryption."
                )
            case ssl.SSLCertVerificationError():
                problem = (
                    f"has a certificate that is not good: {error.verify_message}. Let alerts.mail.host be the name in "
                    "the certificate; name the file of a certificate authority of your own in SSL_CERT_FILE."
                )
            case UnicodeError():
                problem = f"takes ASCII letters only, and {MAIL_USER}, {MAIL_PASSWORD} or an address has others."
            case _:
                # Every error of smtplib is an OSError too.
                problem = f"cannot be reached: {error.strerror or error}. Check alerts.mail.host, port and encryption."
        return f"The mail server {self.host}:{self.port} {problem}"

    def _mail(self, subject: str, text: str) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = subject
        mail["From"] = self.sender
        mail["To"] = ", ".join(self.recipients)
        mail["Date"] = localtime()
        mail["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        # Asks for no "out of office" in return.
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text)
        return mail

    def _deliver(self, mail: EmailMessage) -> list[str]:
        """Deliver, and return the recipients that the server refused, if it took others."""
        trusted = ssl.create_default_context()
        with contextlib.closing(
            smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_seconds, context=trusted)
            if self.encryption == "tls"
            else smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds),
        ) as server:
            if self.encryption == "starttls":
                server.starttls(context=trusted)
            if self.user:
                server.login(self.user, self.password)
            refused = server.send_message(mail)
            # The mail is on its way: whatever happens now, it must not be sent again.
            with contextlib.suppress(OSError):
                server.quit()
        return list(refused)


class Webhook(dg.ConfigurableResource[None]):
    """Posts to an address that takes `{"text": ...}`: Slack's incoming webhooks, and others made alike."""

    url: str = Field(repr=False, description="The webhook's address; whoever knows it can post")
    timeout_seconds: float = Field(default=TIMEOUT_SECONDS, description="How long it may be without an answer")

    @classmethod
    def from_environment(cls) -> "Webhook":
        """Take the address from the environment when a message is sent."""
        return cls(url=dg.EnvVar(WEBHOOK_URL))

    def send(self, subject: str, text: str) -> str:
        """Post one message, and return that it was. Raises NotSentError where the webhook did not take it."""
        # Slack wants these three escaped, and nothing else; else a location's name could call a whole channel.
        payload = {"text": html.escape(f"*{subject}*\n{text}", quote=False)}
        try:
            # The answer's body is of no use. A redirect would turn the post into a get, and may lead elsewhere.
            with requests.post(
                self.url,
                json=payload,
                timeout=self.timeout_seconds,
                allow_redirects=False,
                stream=True,
            ) as answer:
                status = answer.status_code
        # No message of requests is passed on: they quote the address.
        except requests.exceptions.SSLError:
            problem = f"The certificate of the webhook's server is not good. Check {WEBHOOK_URL}."
        except requests.exceptions.Timeout:
            problem = f"The webhook did not answer within {self.timeout_seconds:g} s. Check {WEBHOOK_URL}."
        except (requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema, requests.exceptions.InvalidURL):
            problem = f"{WEBHOOK_URL} is missing or is no address. Copy it from the webhook's page: https://..."
        except requests.exceptions.RequestException:
            problem = f"The webhook's server cannot be reached. Check {WEBHOOK_URL} and the way to the network."
        else:
            if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                return "posted to the webhook"
            problem = f"The webhook answered HTTP {status}. {_advice(status)}"
        raise NotSentError(problem)


def _advice(status: int) -> str:
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "That lies with its server."
    return f"Make a new webhook and put its address into {WEBHOOK_URL}; a webhook can be revoked."
