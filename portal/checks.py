"""System checks: production does not start without its secrets, nor with the demo's public passwords."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db.utils import DatabaseError

DEMO_DOMAIN = "demo.example"

REQUIRED = {
    "SECRET_KEY": "a long random string, kept secret",
    "ALLOWED_HOSTS": "the host names visitors use, separated by commas",
    "BASE_URL": "the address of the site, such as https://portal.example.org",
    "DEFAULT_FROM_EMAIL": "the address mails are sent from",
}

EMAIL_HINT = "Such as submission://user:password@host:587/ (STARTTLS) or smtp://host:25/."


@register(Tags.security)
def check_production_settings(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[Error]:
    """Name each setting that production cannot do without."""
    if settings.DEBUG:
        return []
    errors = [
        Error(f"{name} is not set.", hint=f"Put it in the environment: {what}.", id="portal.E001")
        for name, what in REQUIRED.items()
        if not _is_set(name)
    ]
    if settings.EMAIL_BACKEND == "portal.demo_mail.FolderBackend":
        errors.append(Error("EMAIL_URL is not set.", hint=EMAIL_HINT, id="portal.E004"))
    if "*" in settings.ALLOWED_HOSTS:
        hint = "Name the hosts: addresses that a visitor made up would be answered."
        errors.append(Error("ALLOWED_HOSTS lets every host in.", hint=hint, id="portal.E006"))
    if settings.DEMO:
        errors.append(Error("DEMO cannot be on where DEBUG is off.", id="portal.E002"))
    return errors


def _is_set(name: str) -> bool:
    """Whether a setting has a value; Django itself refuses to read an empty SECRET_KEY."""
    try:
        return bool(getattr(settings, name))
    except ImproperlyConfigured:
        return False


@register(Tags.security)
def check_mail_address(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Refuse an EMAIL_URL that means nothing, rather than lose the first mail."""
    if settings.EMAIL_BACKEND:
        return []
    return [Error("EMAIL_URL cannot be understood.", hint=EMAIL_HINT, id="portal.E005")]


@register(Tags.database)
def check_replica(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Refuse a copy of the database of which nobody makes sure that it is one."""
    if "replica" not in settings.DATABASES:
        return []
    engines = {settings.DATABASES[name]["ENGINE"] for name in ("default", "replica")}
    if engines == {"django.db.backends.postgresql"}:
        return []
    hint = "DATABASE_URL and REPLICA_URL both begin with postgres://, or there is no REPLICA_URL."
    return [Error("REPLICA_URL is for PostgreSQL.", hint=hint, id="portal.E007")]


@register(Tags.files)
def check_buckets(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Refuse a store of images of which a half is configured, or the one half twice."""
    public, held = settings.S3_BUCKETS["default"], settings.S3_BUCKETS["held"]
    if not public and not held:
        return []
    errors = []
    if not (public and held) or public == held:
        hint = (
            "Set S3_PUBLIC_BUCKET, which everybody may read, and S3_HELD_BUCKET, which nobody may."
        )
        errors.append(Error("Images need two buckets.", hint=hint, id="portal.E008"))
    if not settings.MEDIA_URL.startswith(("https://", "http://")):
        hint = "Set it to the address at which everybody reads S3_PUBLIC_BUCKET."
        errors.append(Error("MEDIA_URL is no address.", hint=hint, id="portal.E009"))
    return errors


@register(Tags.database)
def check_no_demo_accounts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[Error]:
    """Refuse a production database that holds accounts whose password everybody knows."""
    if settings.DEBUG:
        return []
    return demo_account_errors()


def demo_account_errors() -> list[Error]:
    """An error for each demo account in the database; none where there is no table yet."""
    try:
        accounts = list(
            get_user_model()
            ._default_manager.filter(folded_email__endswith=f"@{DEMO_DOMAIN}")
            .values_list("email", flat=True)
        )
    except DatabaseError:
        return []
    return [
        Error(
            f"The demo account {email} is in this database; its password is public.",
            hint="Delete it (manage.py delete_demo_accounts) or start from an empty database.",
            id="portal.E003",
        )
        for email in accounts
    ]


def refuse_unsafe_start() -> None:
    """Raise ImproperlyConfigured, with what to do, before production serves its first request."""
    errors = check_production_settings(None) + check_mail_address(None)
    errors += check_replica(None) + check_buckets(None) + check_no_demo_accounts(None)
    if errors:
        raise ImproperlyConfigured("\n".join(f"{error.msg} {error.hint or ''}" for error in errors))
