"""The two ways out: a mail server, and a webhook that takes what Slack's takes."""

import contextlib
import html
import json
import re
import smtplib
import ssl
from bisect import bisect_right
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import localtime, make_msgid
from http import HTTPStatus
from typing import Literal, NamedTuple

import dagster as dg
import idna
import requests
from pydantic import Field

from ajour_revenue import web
from ajour_revenue.addresses import UnsafeAddressError, checked_address
from ajour_revenue.alerts.messages import Mail
from ajour_revenue.alerts.texts import ALERT_TEXTS, AlertTexts
from ajour_revenue.errors import ActionableError
from ajour_revenue.masking import is_blank
from ajour_revenue.settings.model import MailSettings, Settings
from ajour_revenue.settings.secrets import MAIL_PASSWORD, MAIL_USER, WEBHOOK_URL
from ajour_revenue.text.bilingual import EMPTY, Bilingual, Language

TIMEOUT_SECONDS = 10

MOST_POSTED_BYTES = 24_000
"""Slack cuts a text at 40,000 letters, and Teams takes 28 KB."""

COPY_THE_ADDRESS = Bilingual(
    da="Kopiér den fra webhookens side: https://...", en="Copy it from the webhook's page: https://..."
)

SLACKS_REASON = re.compile(rb"[a-z]{1,20}(_[a-z]{1,20}){1,4}")
"""Such as invalid_payload or channel_is_archived; any other answer may quote what it was sent."""


class NotSentError(ActionableError):
    """A message was not sent; says why and what to do, without any secret. Sending it again may help."""


class Delivery(NamedTuple):
    """Who the mail server took a mail for, and who not."""

    sent: list[str]
    refused: list[str]

    def __str__(self) -> str:
        """Say it as ticks do."""
        return f"mailed to {', '.join(self.sent)}" + (f"; refused: {', '.join(self.refused)}" if self.refused else "")


EXCEL = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


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
        """Send one mail to those who are alerted, and return who got it. Raises NotSentError where nobody did."""
        return str(self.send_to(self.recipients, Mail(subject, text), named_in="alerts.mail.recipients"))

    def send_to(self, recipients: Sequence[str], mail: Mail, *, named_in: str) -> Delivery:
        """Send one mail to all recipients. Raises NotSentError where nobody got it; `named_in` says where to look then.

        A recipient that the server does not take keeps it from nobody else, and is not tried again.
        """
        login = {MAIL_USER: self.user, MAIL_PASSWORD: self.password}
        missing = [variable for variable, value in login.items() if is_blank(value)]
        if len(missing) == 1:
            raise NotSentError(
                Bilingual(
                    da=f"{missing[0]} har ingen værdi. Skriv den i .env, eller tøm både {' og '.join(login)}, hvis "
                    "mailserveren ikke kræver login.",
                    en=f"No value is set for {missing[0]}. Put it into .env, or empty both {' and '.join(login)} if "
                    "the mail server asks for no login.",
                )
            )
        if not missing and self.encryption == "none":
            raise NotSentError(
                Bilingual(
                    da="alerts.mail.encryption er none, og adgangskoden kunne læses undervejs. Vælg starttls eller "
                    f"tls, eller tøm {MAIL_USER}, hvis serveren ikke kræver login.",
                    en="alerts.mail.encryption is none, and the password would be readable on its way. Choose starttls "
                    f"or tls, or empty {MAIL_USER} if the server asks for no login.",
                )
            )
        try:
            delivery = self._deliver(mail, recipients)
        except (OSError, UnicodeError) as error:
            raise NotSentError(self._explained(error)) from None
        if not delivery.sent:
            refused = ", ".join(delivery.refused)
            raise NotSentError(
                Bilingual(
                    da=f"Mailserveren {self.host}:{self.port} afviste alle modtagere. Kontrollér {named_in}, og om den "
                    f"kræver login. Afvist: {refused}. En adresse med bogstaver som ø før @ kræver en server, der "
                    "tilbyder SMTPUTF8.",
                    en=f"The mail server {self.host}:{self.port} refused all recipients. Check {named_in}, and whether "
                    f"it wants a login. Refused: {refused}. An address with letters such as ø before the @ needs a "
                    "server that offers SMTPUTF8.",
                )
            )
        return delivery

    def _explained(self, error: OSError | UnicodeError) -> Bilingual:
        """Say what went wrong, not in the server's own words: they may quote what it was told."""
        match error:
            case smtplib.SMTPAuthenticationError():
                problem = Bilingual(
                    da=f"afviste login (kode {error.smtp_code}). Kontrollér {MAIL_USER} og {MAIL_PASSWORD}.",
                    en=f"refused the login (code {error.smtp_code}). Check {MAIL_USER} and {MAIL_PASSWORD}.",
                )
            case smtplib.SMTPResponseException():
                problem = Bilingual(
                    da=f"tog ikke imod beskeden (kode {error.smtp_code}). Kontrollér alerts.mail.sender.",
                    en=f"did not take the message (code {error.smtp_code}). Check alerts.mail.sender.",
                )
            case smtplib.SMTPNotSupportedError():
                problem = Bilingual(
                    da=f"kan ikke gøre det ønskede: {error} Kontrollér alerts.mail.port og alerts.mail.encryption.",
                    en=f"cannot do what was asked: {error} Check alerts.mail.port and alerts.mail.encryption.",
                )
            case smtplib.SMTPServerDisconnected() | TimeoutError():
                problem = Bilingual(
                    da=f"afbrød eller svarede ikke inden for {self.timeout_seconds:g} s. Kontrollér alerts.mail.host, "
                    "port og encryption.",
                    en=f"broke off, or did not answer within {self.timeout_seconds:g} s. Check alerts.mail.host, port "
                    "and encryption.",
                )
            case ssl.SSLCertVerificationError():
                problem = Bilingual(
                    da=f"har et certifikat, der ikke duer: {error.verify_message}. Lad alerts.mail.host være navnet i "
                    "certifikatet; har I jeres egen certifikatudsteder, så skriv dens fil i SSL_CERT_FILE.",
                    en=f"has a certificate that is not good: {error.verify_message}. Let alerts.mail.host be the name "
                    "in the certificate; name the file of a certificate authority of your own in SSL_CERT_FILE.",
                )
            case UnicodeError():
                problem = Bilingual(
                    da=f"tager kun imod ASCII-tegn, og {MAIL_USER}, {MAIL_PASSWORD} eller en adresse har andre.",
                    en=f"takes ASCII letters only, and {MAIL_USER}, {MAIL_PASSWORD} or an address has others.",
                )
            case _:
                # Every error of smtplib is an OSError too.
                said = error.strerror or error
                problem = Bilingual(
                    da=f"kan ikke nås: {said}. Kontrollér alerts.mail.host, port og encryption.",
                    en=f"cannot be reached: {said}. Check alerts.mail.host, port and encryption.",
                )
        return Bilingual(
            da=f"Mailserveren {self.host}:{self.port} {problem.da}",
            en=f"The mail server {self.host}:{self.port} {problem.en}",
        )

    def _message(self, mail: Mail, recipients: Sequence[str]) -> EmailMessage:
        sender = _on_the_wire(self.sender)
        message = EmailMessage()
        message["Subject"] = mail.subject
        message["From"] = sender
        message["To"] = ", ".join(recipients)
        message["Date"] = localtime()
        message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
        # Asks for no "out of office" in return.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        if mail.html:
            message.add_alternative(mail.html, subtype="html")
        for attachment in mail.attachments:
            maintype, subtype = EXCEL
            message.add_attachment(attachment.data, maintype=maintype, subtype=subtype, filename=attachment.file_name)
        return message

    def _deliver(self, mail: Mail, recipients: Sequence[str]) -> Delivery:
        """Deliver to those whom the server takes.

        Addresses with other letters than ASCII before the @ get a mail of their own: not every server on the way to
        the others would take one that names them.
        """
        wires = {recipient: _wire_or_none(recipient) for recipient in recipients}
        groups = [
            [wire for wire in wires.values() if wire and wire.isascii()],
            [wire for wire in wires.values() if wire and not wire.isascii()],
        ]
        taken: set[str | None] = set()
        trusted = ssl.create_default_context()
        with contextlib.closing(
            smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_seconds, context=trusted)
            if self.encryption == "tls"
            else smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds),
        ) as server:
            if self.encryption == "starttls":
                server.starttls(context=trusted)
            if not is_blank(self.user):
                server.login(self.user, self.password)
            for group in filter(None, groups):
                try:
                    refused = server.send_message(self._message(mail, group))
                except (smtplib.SMTPRecipientsRefused, smtplib.SMTPNotSupportedError):
                    continue
                except OSError:
                    if not taken:
                        raise
                    # The mail is on its way to others: whatever happens now, it must not be sent again.
                    break
                taken.update(wire for wire in group if wire not in refused)
            with contextlib.suppress(OSError):
                server.quit()
        sent = [recipient for recipient, wire in wires.items() if wire in taken]
        return Delivery(sent, [recipient for recipient in recipients if recipient not in sent])


def _on_the_wire(address: str) -> str:
    """Return a mail address with its domain in ASCII: brødogvin.dk is xn--brdogvin-64a.dk to servers.

    Raises UnicodeError where the domain cannot be written so.
    """
    local, _, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"


def _wire_or_none(address: str) -> str | None:
    try:
        return _on_the_wire(address)
    except UnicodeError:
        return None


class Webhook(dg.ConfigurableResource[None]):
    """Posts to an address that takes `{"text": ...}`: Slack's incoming webhooks, and others made alike."""

    url: str = Field(repr=False, description="The webhook's address; whoever knows it can post")
    language: Language = Field(default="da", description="In which it is said that a message was too long")
    timeout_seconds: float = Field(default=TIMEOUT_SECONDS, description="How long it may be without an answer")

    @classmethod
    def from_settings(cls, settings: Settings) -> "Webhook":
        """Take the address from the environment when a message is sent, and the language from the settings."""
        return cls(url=dg.EnvVar(WEBHOOK_URL), language=settings.report.language)

    def send(self, subject: str, text: str) -> str:
        """Post one message, and return that it was. Raises NotSentError where the webhook did not take it."""
        by_proxy = EMPTY
        try:
            address = checked_address(self.url)
            by_proxy = web.by_proxy(address)
            answer = web.ask(
                web.new_session(),
                "POST",
                address,
                seconds=self.timeout_seconds,
                data=posted(subject, text, ALERT_TEXTS[self.language]),
                headers={"Content-Type": "application/json"},
            )
        except UnsafeAddressError as error:
            problem = Bilingual(
                da=f"{WEBHOOK_URL} mangler eller er ikke en adresse, som en besked sendes til: {error.text.da}. "
                f"{COPY_THE_ADDRESS.da}",
                en=f"{WEBHOOK_URL} is missing or is no address that a message goes to: {error.text.en}. "
                f"{COPY_THE_ADDRESS.en}",
            )
        # No message of requests is passed on: they quote the address.
        except requests.exceptions.SSLError:
            problem = Bilingual(
                da=f"Certifikatet på webhookens server duer ikke. Kontrollér {WEBHOOK_URL}.",
                en=f"The certificate of the webhook's server is not good. Check {WEBHOOK_URL}.",
            )
        except requests.exceptions.Timeout:
            seconds = f"{self.timeout_seconds:g}"
            problem = Bilingual(
                da=f"Webhooken svarede ikke inden for {seconds} s{by_proxy.da}. Kontrollér {WEBHOOK_URL}.",
                en=f"The webhook did not answer within {seconds} s{by_proxy.en}. Check {WEBHOOK_URL}.",
            )
        except (requests.exceptions.RequestException, UnicodeError):
            problem = Bilingual(
                da=f"Webhookens server kan ikke nås{by_proxy.da}. Kontrollér {WEBHOOK_URL} og vejen til netværket.",
                en=f"The webhook's server cannot be reached{by_proxy.en}. Check {WEBHOOK_URL} and the way to the "
                "network.",
            )
        else:
            if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
                return "posted to the webhook"
            said = SLACKS_REASON.fullmatch((answer.body or b"").strip())
            reason = f" ({said[0].decode()})" if said else ""
            advice = _advice(answer.status)
            problem = Bilingual(
                da=f"Webhooken svarede HTTP {answer.status}{reason}. {advice.da}",
                en=f"The webhook answered HTTP {answer.status}{reason}. {advice.en}",
            )
        raise NotSentError(problem)


def posted(subject: str, text: str, texts: AlertTexts) -> bytes:
    """Return what is posted: as many lines of the text as may be, and how many are left out."""
    lines = text.split("\n")

    def payload(kept: int) -> bytes:
        left_out = len(lines) - kept
        shown = [*lines[:kept], *([texts.more_lines.format(left_out)] if left_out else [])]
        # Slack wants these three escaped, and nothing else; else a location's name could call a whole channel.
        escaped = html.escape("\n".join([f"*{subject}*", *shown]), quote=False)
        return json.dumps({"text": escaped}).encode("ascii")

    whole = payload(len(lines))
    if len(whole) <= MOST_POSTED_BYTES:
        return whole
    return payload(bisect_right(range(len(lines)), MOST_POSTED_BYTES, key=lambda kept: len(payload(kept))) - 1)


def _advice(status: int) -> Bilingual:
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Bilingual(da="Det ligger hos dens server.", en="That lies with its server.")
    if status == HTTPStatus.BAD_REQUEST:
        return Bilingual(
            da=f'Den forstod ikke beskeden: den skal tage imod {{"text": ...}}, som Slack gør. Kontrollér '
            f"{WEBHOOK_URL}.",
            en=f'It did not understand the message: it must take {{"text": ...}}, as Slack does. Check {WEBHOOK_URL}.',
        )
    if status in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        return Bilingual(
            da=f"Lav en ny webhook, og skriv dens adresse i {WEBHOOK_URL}; en webhook kan være trukket tilbage.",
            en=f"Make a new webhook and put its address into {WEBHOOK_URL}; a webhook can be revoked.",
        )
    return Bilingual(
        da=f"Kontrollér, at {WEBHOOK_URL} er webhookens egen adresse. {COPY_THE_ADDRESS.da}",
        en=f"Check that {WEBHOOK_URL} is the webhook's own address. {COPY_THE_ADDRESS.en}",
    )
