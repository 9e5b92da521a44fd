"""What must be in the database before the first page: the first administrator, and the row of the embedded broker."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth.models import User

from dashboard.models import Broker
from dashboard.secrets import UndecryptableError, decrypt, encrypt

ADMIN = "admin"
EMBEDDED_NAME, EMBEDDED_SLUG = "local", "local"


def first_administrator(given_password: str | None) -> str | None:
    """Create `admin` when there is no user yet; return the password that was made up, to be shown once.

    None when somebody can log in already, or the password was given.
    """
    if User.objects.exists():
        return None
    password = given_password or secrets.token_urlsafe(12)
    User.objects.create_superuser(ADMIN, password=password)
    return None if given_password else password


def embedded_broker() -> Broker:
    """The row of the embedded broker, with the address and password it has now."""
    wanted = {
        "host": settings.BROKER_HOST,
        "amqp_port": settings.BROKER_AMQP_PORT,
        "api_port": settings.BROKER_API_PORT,
        "username": settings.BROKER_USER,
    }
    known = Broker.objects.filter(is_embedded=True).first()
    if known is None:
        known = Broker(name=EMBEDDED_NAME, slug=EMBEDDED_SLUG, is_embedded=True)
    for name, value in wanted.items():
        setattr(known, name, value)
    if not known.password_encrypted or _password(known) != settings.BROKER_PASSWORD:
        known.password_encrypted = encrypt(settings.BROKER_PASSWORD)
    known.save()
    return known


def _password(broker: Broker) -> str | None:
    try:
        return decrypt(bytes(broker.password_encrypted))
    except UndecryptableError:
        return None
