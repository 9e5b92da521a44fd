"""The one app of the project."""

from django.apps import AppConfig


class Dashboard(AppConfig):
    name = "dashboard"
    label = "dashboard"
    verbose_name = "Postroom"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The Celery app must exist in every process before a task is sent from it.
        from dashboard import celery  # noqa: F401
