"""The environment variables that hold what is secret, by what each is for."""

AJOUR_CREDENTIALS = {
    "company_id": "AJOUR_COMPANY_ID",
    "user": "AJOUR_USER",
    "password": "AJOUR_PASSWORD",
    "database": "AJOUR_DATABASE",
    "host": "AJOUR_HOST",
}
"""The five things that Ajour gives (R1), and the variables that carry them."""

PLANDAY_CREDENTIALS = {"client_id": "PLANDAY_CLIENT_ID", "refresh_token": "PLANDAY_REFRESH_TOKEN"}
"""What Planday gives an app, and the variables that carry it."""

MAIL_USER = "ALERT_SMTP_USER"
MAIL_PASSWORD = "ALERT_SMTP_PASSWORD"  # noqa: S105 (the variable's name)
"""A mail server without login needs neither."""

WEBHOOK_URL = "ALERT_WEBHOOK_URL"

WAREHOUSE = "AJOUR_WAREHOUSE"
"""The address of a warehouse in PostgreSQL: postgresql://user:password@host/database."""

SECRETS = (
    *AJOUR_CREDENTIALS.values(),
    *PLANDAY_CREDENTIALS.values(),
    MAIL_USER,
    MAIL_PASSWORD,
    WEBHOOK_URL,
    WAREHOUSE,
)
"""Every one of them."""
