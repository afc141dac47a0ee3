"""Mail and webhook against real servers on loopback ports."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest
import trustme

from ajour_revenue.alerts.channels import MailServer, NotSentError, Webhook
from ajour_revenue.text.bilingual import Language
from ajour_revenue_tests.alerts.kit import (
    PASSWORD,
    RECIPIENTS,
    SENDER,
    USER,
    WEBHOOK_PATH,
    Hook,
    Mailbox,
    authenticates,
    mail_server,
    server_context,
)
from ajour_revenue_tests.kit import talking_server
from ajour_revenue_tests.processes import free_port

SUBJECT = "demo: run failed for 2026-11-20"
TEXT = "Køkken & bar: 1,234.50 DKK excl. VAT.\n- Line 2"


def mail_to(port: int, **changes: Any) -> MailServer:  # noqa: ANN401 (any field of the resource)
    fields = {
        "host": "127.0.0.1",
        "port": port,
        "encryption": "starttls",
        "sender": SENDER,
        "recipients": RECIPIENTS,
        "user": USER,
        "password": PASSWORD,
        "timeout_seconds": 60,
    }
    return MailServer(**{**fields, **changes})


def plain_mail(port: int, **changes: Any) -> MailServer:  # noqa: ANN401 (any field of the resource)
    return mail_to(port, **{"encryption": "none", "user": "", "password": "", **changes})


def refusal(channel: MailServer | Webhook) -> str:
    with pytest.raises(NotSentError) as raised:
        channel.send(SUBJECT, TEXT)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    said = raised.value.text
    assert said.da != said.en
    for secret in (USER, PASSWORD, WEBHOOK_PATH, "s3cret"):
        assert secret not in said.da
        assert secret not in said.en
    return str(raised.value)


# Mail


def test_one_mail_reaches_all_recipients_encrypted_and_after_a_login(mailbox: Mailbox, trusted: trustme.CA) -> None:
    assert trusted

    said = mail_to(mailbox.port).send(SUBJECT, TEXT)

    assert said == "mailed to controller@example.dk, vagt@example.dk"
    [mail] = mailbox.mails
    [envelope] = mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, RECIPIENTS)
    assert mail["Subject"] == SUBJECT
    assert mail["From"] == SENDER
    assert mail["To"] == ", ".join(RECIPIENTS)
    assert mailbox.texts == [f"{TEXT}\n"]
    assert mail["Date"]
    assert mail["Message-ID"].endswith("@example.dk>")
    assert mail["Auto-Submitted"] == "auto-generated"


def test_mail_goes_to_a_server_that_is_encrypted_from_the_first_byte(
    authority: trustme.CA, trusted: trustme.CA
) -> None:
    assert trusted
    with mail_server(
        ssl_context=server_context(authority), auth_require_tls=False, authenticator=authenticates
    ) as mailbox:
        mail_to(mailbox.port, encryption="tls").send(SUBJECT, TEXT)

    assert mailbox.subjects == [SUBJECT]


def test_mail_goes_in_clear_and_without_a_login_where_the_settings_say_so() -> None:
    with mail_server() as mailbox:
        mail_to(mailbox.port, encryption="none", user="", password="").send(SUBJECT, TEXT)

    assert mailbox.subjects == [SUBJECT]


@pytest.mark.parametrize(
    ("user", "password", "missing"),
    [("reader", "\u00a0", "ALERT_SMTP_PASSWORD"), (" ", "hemmelig", "ALERT_SMTP_USER")],
)
def test_half_a_login_is_refused(user: str, password: str, missing: str) -> None:
    with mail_server() as mailbox:
        said = refusal(mail_to(mailbox.port, encryption="none", user=user, password=password))

    assert f"No value is set for {missing}." in said
    assert mailbox.mails == []


def test_a_password_never_goes_in_clear() -> None:
    with mail_server(auth_require_tls=False, authenticator=authenticates) as mailbox:
        assert "Choose starttls or tls" in refusal(mail_to(mailbox.port, encryption="none"))

    assert mailbox.mails == []


def test_a_wrong_password_names_the_variables_to_check(mailbox: Mailbox, trusted: trustme.CA) -> None:
    assert trusted

    said = refusal(mail_to(mailbox.port, password="wr0ng"))

    assert "refused the login (code 535). Check ALERT_SMTP_USER and ALERT_SMTP_PASSWORD." in said
    assert "wr0ng" not in said


def test_a_server_that_wants_a_login_says_so_to_whoever_has_none(mailbox: Mailbox, trusted: trustme.CA) -> None:
    assert trusted

    assert "did not take the message (code 530)" in refusal(mail_to(mailbox.port, user="", password=""))


def test_a_password_that_mail_servers_do_not_take_is_said_to_be_one(mailbox: Mailbox, trusted: trustme.CA) -> None:
    assert trusted

    said = refusal(mail_to(mailbox.port, password="rødgrød"))

    assert "takes ASCII letters only" in said
    assert "rødgrød" not in said


def test_a_server_without_starttls_gets_neither_password_nor_mail() -> None:
    with mail_server(auth_require_tls=False, authenticator=authenticates) as mailbox:
        said = refusal(mail_to(mailbox.port))

    assert "STARTTLS extension not supported by server. Check alerts.mail.port and alerts.mail.encryption." in said
    assert mailbox.mails == []


def test_a_server_with_a_certificate_of_nobody_we_trust_gets_nothing(mailbox: Mailbox) -> None:
    said = refusal(mail_to(mailbox.port))

    assert "has a certificate that is not good: unable to get local issuer certificate" in said
    assert mailbox.mails == []


def test_a_server_with_a_certificate_of_another_name_gets_nothing(mailbox: Mailbox, trusted: trustme.CA) -> None:
    assert trusted

    assert "Let alerts.mail.host be the name in the certificate" in refusal(mail_to(mailbox.port, host="localhost"))


def test_a_port_where_nobody_listens_is_told_with_the_settings_to_check() -> None:
    port = free_port()

    assert refusal(mail_to(port)) == (
        f"The mail server 127.0.0.1:{port} cannot be reached: Connection refused. Check alerts.mail.host, port and "
        "encryption."
    )


def test_a_host_that_nobody_knows_is_told_with_the_settings_to_check() -> None:
    assert "The mail server smtp.invalid:25 cannot be reached" in refusal(mail_to(25, host="smtp.invalid"))


@pytest.mark.parametrize("encryption", ["starttls", "tls", "none"])
def test_a_silent_server_is_not_waited_for(silent_port: int, encryption: str) -> None:
    login = {"user": "", "password": ""} if encryption == "none" else {}

    silent = mail_to(silent_port, encryption=encryption, timeout_seconds=0.2, **login)

    assert "broke off, or did not answer within 0.2 s. Check alerts.mail.host" in refusal(silent)


def test_a_server_that_does_not_take_the_message_is_told_with_its_code(mailbox: Mailbox, trusted: trustme.CA) -> None:
    assert trusted
    mailbox.answer = f"554 we do not want {USER}'s spam"

    assert "did not take the message (code 554)" in refusal(mail_to(mailbox.port))


def test_a_recipient_that_the_server_refuses_does_not_keep_the_mail_from_the_others(
    mailbox: Mailbox, trusted: trustme.CA
) -> None:
    assert trusted
    mailbox.unknown = {RECIPIENTS[1]}

    said = mail_to(mailbox.port).send(SUBJECT, TEXT)

    assert said == "mailed to controller@example.dk; refused: vagt@example.dk"
    assert [envelope.rcpt_tos for envelope in mailbox.envelopes] == [RECIPIENTS[:1]]


def test_all_recipients_refused_is_a_mail_not_sent(mailbox: Mailbox, trusted: trustme.CA) -> None:
    assert trusted
    mailbox.unknown = set(RECIPIENTS)

    assert "refused all recipients. Check alerts.mail.recipients" in refusal(mail_to(mailbox.port))


@pytest.mark.parametrize("recipient", ["chef@brødogvin.dk", "chef@BRØDOGVIN.dk", "chef@xn--brdogvin-64a.dk"])
def test_a_domain_with_danish_letters_goes_out_as_servers_know_it(recipient: str) -> None:
    with mail_server(enable_SMTPUTF8=False) as mailbox:
        said = plain_mail(mailbox.port, recipients=[recipient], sender="ajour@brødogvin.dk").send(SUBJECT, TEXT)

    assert said == f"mailed to {recipient}"
    [envelope] = mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("ajour@xn--brdogvin-64a.dk", ["chef@xn--brdogvin-64a.dk"])
    assert mailbox.mails[0]["To"] == "chef@xn--brdogvin-64a.dk"


def test_letters_before_the_at_go_to_a_server_that_takes_them_in_a_mail_of_their_own() -> None:
    with mail_server(enable_SMTPUTF8=True) as mailbox:
        said = plain_mail(mailbox.port, recipients=["søren@brødogvin.dk", *RECIPIENTS]).send(SUBJECT, TEXT)

    assert said == "mailed to søren@brødogvin.dk, controller@example.dk, vagt@example.dk"
    assert [envelope.rcpt_tos for envelope in mailbox.envelopes] == [RECIPIENTS, ["søren@xn--brdogvin-64a.dk"]]
    assert [mail["To"] for mail in mailbox.mails] == [", ".join(RECIPIENTS), "søren@xn--brdogvin-64a.dk"]
    assert mailbox.texts == [f"{TEXT}\n"] * 2


def test_an_address_that_the_server_cannot_take_is_named_and_the_others_get_theirs() -> None:
    impossible = ["søren@example.dk", "chef@brød..dk"]
    with mail_server(enable_SMTPUTF8=False) as mailbox:
        said = plain_mail(mailbox.port, recipients=[*impossible, *RECIPIENTS]).send(SUBJECT, TEXT)
        nobody = refusal(plain_mail(mailbox.port, recipients=impossible))

    assert said == "mailed to controller@example.dk, vagt@example.dk; refused: søren@example.dk, chef@brød..dk"
    assert [envelope.rcpt_tos for envelope in mailbox.envelopes] == [RECIPIENTS]
    assert "refused all recipients. Check alerts.mail.recipients" in nobody
    assert "Refused: søren@example.dk, chef@brød..dk." in nobody
    assert "needs a server that offers SMTPUTF8" in nobody


def test_whom_a_second_mail_does_not_reach_keeps_nobody_from_having_got_the_first() -> None:
    with mail_server(enable_SMTPUTF8=True) as mailbox:
        mailbox.most_mails = 1
        said = plain_mail(mailbox.port, recipients=["søren@example.dk", *RECIPIENTS]).send(SUBJECT, TEXT)

    assert said == "mailed to controller@example.dk, vagt@example.dk; refused: søren@example.dk"


def test_a_mail_that_was_taken_counts_as_sent_even_where_the_server_hangs_up(
    mailbox: Mailbox, trusted: trustme.CA
) -> None:
    assert trusted
    mailbox.hangs_up = True

    mail_to(mailbox.port).send(SUBJECT, TEXT)

    assert len(mailbox.mails) == 1


# Webhook


def test_the_webhook_gets_what_slack_takes(hook: Hook) -> None:
    said = Webhook(url=hook.url).send(SUBJECT, "Bar & <!channel>: 1,234.50 DKK excl. VAT")

    assert said == "posted to the webhook"
    assert hook.posts == [
        (WEBHOOK_PATH, {"text": f"*{SUBJECT}*\nBar &amp; &lt;!channel&gt;: 1,234.50 DKK excl. VAT"}),
    ]


@pytest.mark.parametrize(
    ("status", "advice"),
    [(500, "lies with its server"), (503, "lies with its server"), (429, "lies with its server")]
    + [(status, "Make a new webhook and put its address into ALERT_WEBHOOK_URL") for status in (403, 404, 410)]
    + [(status, "Check that ALERT_WEBHOOK_URL is the webhook's own address.") for status in (302, 405)]
    + [(400, "It did not understand the message")],
)
def test_an_answer_that_is_no_success_is_told_with_its_status(hook: Hook, status: int, advice: str) -> None:
    hook.status = status

    said = refusal(Webhook(url=hook.url))

    assert said.startswith(f"The webhook answered HTTP {status}.")
    assert advice in said
    assert ("revoked" in said) == (status in {403, 404, 410})
    assert hook.posts == []


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"invalid_payload", " (invalid_payload)."),
        (b"channel_is_archived\n", " (channel_is_archived)."),
        (WEBHOOK_PATH.encode(), "."),
        (b"s" * 21 + b"_t", "."),
        (b"\x1b[31m", "."),
        (b"", "."),
        (b" " * 2**24 + b"no_text", "."),
    ],
    ids=["Slack's", "another", "an echo", "long", "control characters", "nothing", "without end"],
)
def test_the_reason_is_told_where_it_is_one_of_slacks(hook: Hook, answer: bytes, told: str) -> None:
    hook.status, hook.answer = 400, answer

    assert refusal(Webhook(url=hook.url)).startswith(f"The webhook answered HTTP 400{told} It did not understand")


@pytest.mark.parametrize(
    ("language", "rest"),
    [("da", "og {} linjer til, som kan ses i Dagster"), ("en", "and {} more lines, which Dagster shows")],
)
def test_a_message_that_is_too_long_ends_at_a_line_and_counts_the_rest(
    hook: Hook, language: Language, rest: str
) -> None:
    lines = [f"- line {number}: rødgrød & fløde" for number in range(2000)]

    Webhook(url=hook.url, language=language).send(SUBJECT, "\n".join(lines))

    [text] = hook.texts
    subject, *shown, last = text.split("\n")
    assert subject == f"*{SUBJECT}*"
    assert shown == [line.replace("&", "&amp;") for line in lines[: len(shown)]]
    assert last == rest.format(2000 - len(shown))
    assert len(json.dumps({"text": text})) <= 24_000 < len(json.dumps({"text": text + shown[-1]})) + 100


def test_a_webhook_that_drips_is_not_waited_for() -> None:
    with talking_server([b"HTTP/1.1 200 OK\r\n"], for_ever=b"x") as server:
        assert "did not answer within 0.2 s" in refusal(Webhook(url=server.url, timeout_seconds=0.2))


def test_a_password_in_netrc_is_not_posted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with talking_server([b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]) as server:
        Webhook(url=server.url).send(SUBJECT, TEXT)
    assert b"authorization" not in b"".join(server.heard).lower()


def test_a_proxy_that_fails_is_told_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:pa55@127.0.0.1:{free_port()}")

    said = refusal(Webhook(url=f"https://hooks.invalid{WEBHOOK_PATH}"))

    assert "cannot be reached through the proxy that HTTPS_PROXY names." in said
    assert "pa55" not in said


def test_a_silent_webhook_is_not_waited_for(silent_port: int) -> None:
    url = f"http://127.0.0.1:{silent_port}{WEBHOOK_PATH}"

    assert "did not answer within 0.2 s" in refusal(Webhook(url=url, timeout_seconds=0.2))


@pytest.mark.parametrize("server", ["http://127.0.0.1:{port}", "https://hooks.invalid"])
def test_a_webhook_that_cannot_be_reached_is_told_without_its_address(server: str) -> None:
    assert "cannot be reached" in refusal(Webhook(url=server.format(port=free_port()) + WEBHOOK_PATH))


@pytest.mark.parametrize(
    "url",
    [
        *("", "s3cretW3bhook", "ftp://s3cret.example.dk/", "https://", "http://[s3cret", "https://s3cret:x/"),
        *("http://hooks.example.dk/s3cret", "http://127.0.0.1@s3cret.dk/", "HTTPS://hooks.example.dk/s3cret"),
    ],
)
def test_what_is_no_address_is_told_without_it(url: str) -> None:
    assert "ALERT_WEBHOOK_URL is missing or is no address that a message goes to" in refusal(Webhook(url=url))


def test_a_webhook_that_does_not_speak_tls_gets_nothing(hook: Hook) -> None:
    assert "ertificate" in refusal(Webhook(url=hook.url.replace("http:", "https:")))


def test_nothing_secret_is_logged(
    hook: Hook, mailbox: Mailbox, trusted: trustme.CA, caplog: pytest.LogCaptureFixture
) -> None:
    assert trusted
    with caplog.at_level(logging.INFO):
        Webhook(url=hook.url).send(SUBJECT, TEXT)
        mail_to(mailbox.port).send(SUBJECT, TEXT)
        refusal(Webhook(url=f"http://127.0.0.1:{free_port()}{WEBHOOK_PATH}"))

    assert "s3cret" not in caplog.text
    assert PASSWORD not in caplog.text


def test_nothing_secret_is_shown_of_the_resources() -> None:
    shown = repr(Webhook(url=WEBHOOK_PATH)) + repr(mail_to(25))

    assert "s3cret" not in shown
    assert USER not in shown
    assert PASSWORD not in shown
