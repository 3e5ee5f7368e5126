"""Every setting, typed and read once from the environment. No secret has a default in production."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE_SENDER = "Capacity Tracker <no-reply@capacity-tracker.example>"


class Settings(BaseSettings):
    """The settings of one process; the names are those of contract.md with the prefix CTAPP_."""

    model_config = SettingsConfigDict(env_prefix="CTAPP_", extra="ignore")

    env: Literal["development", "production"] = "development"
    instance: Path = ROOT / "instance"
    database_url: str = ""
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    smtp_url: str = ""
    mail_from: str = EXAMPLE_SENDER
    clock: str = ""
    workers: int = Field(default=2, ge=1, le=32)
    # How many reverse proxies stand before this program; what they say of the caller is believed, of others nothing.
    proxy_hops: int = Field(default=0, ge=0, le=5)
    bounce_dir: Path | None = None
    support_phone: str = "0113 496 0999"
    support_hours: str = "Monday to Friday, 8am to 6pm"
    no_enforcement_words: str = (
        "Any information gathered will not be used to drive any regulatory enforcement activity. The intention is for this"
        " information to be used to support collective planning across the health and social care sector and swiftly"
        " resolve issues wherever possible, whether through local or national actions."
    )

    @property
    def is_production(self) -> bool:
        """Whether this process serves real users."""
        return self.env == "production"

    @property
    def resolved_database_url(self) -> str:
        """The database to use: the setting, or SQLite in the instance folder."""
        # The whole path: a relative one would be taken from the instance folder, which is in it already.
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'ctapp.sqlite'}"

    @property
    def mail_folder(self) -> Path:
        """Where `.eml` files go while mail is a folder."""
        return self.instance / "mail"


def read_settings(**overrides: object) -> Settings:
    """Return the settings of this process, refusing a production start that would be unsafe.

    Errors: UnsafeSettings, naming every reason at once.
    Source: security.md, 91.
    """
    settings = Settings(**overrides)  # type: ignore[arg-type]
    settings.instance.mkdir(parents=True, exist_ok=True)
    if settings.is_production:
        refuse_unsafe(settings)
    elif not settings.secret_key:
        settings.secret_key = _development_key(settings.instance / "secret_key")
    return settings


def refuse_unsafe(settings: Settings) -> None:
    """Raise UnsafeSettings when a production process would start with unsafe settings."""
    from ctapp.errors import UnsafeSettings

    reasons = []
    if len(settings.secret_key) < 32:
        reasons.append("CTAPP_SECRET_KEY must be set, 32 characters or more")
    if not settings.base_url.startswith("https://"):
        reasons.append("CTAPP_BASE_URL must begin with https://")
    if settings.clock:
        reasons.append("CTAPP_CLOCK is for development only")
    if not settings.smtp_url.startswith(("smtp://", "smtps://")):
        reasons.append("CTAPP_SMTP_URL must name a mail server")
    if settings.mail_from == EXAMPLE_SENDER:
        reasons.append("CTAPP_MAIL_FROM must be an address of yours, not the example")
    if reasons:
        raise UnsafeSettings("; ".join(reasons))


def _development_key(path: Path) -> str:
    # A key per checkout, kept, so that a restart signs nobody out; production never comes here.
    if not path.exists():
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text()
