"""A page that remembers what went wrong in it, and where things of a broker are in the dashboard."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from dashboard.paths import segment

GUEST = "guest"
"""User and password of the brokers that tests start."""


@dataclass
class Watch:
    """Console errors (among them refusals of the Content-Security-Policy) and uncaught exceptions of its pages.

    Without slots: Playwright writes an attribute onto the owner of a bound method it is to call.
    """

    expected: list[str] = field(default_factory=list)
    """Beginnings of console texts that belong to what the test does, such as a 404 it asks for."""
    problems: list[str] = field(default_factory=list)

    def follow(self, context: BrowserContext) -> None:
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.problems.append(f"uncaught: {error.error}"))

    def expects_status(self, status: int) -> None:
        """The browser itself writes a line to the console for a document with an error status."""
        self.expected.append(f"Failed to load resource: the server responded with a status of {status} ")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(tuple(self.expected)):
            self.problems.append(f"{message.text} ({message.location['url']})")


def queue_path(queue: str, page: str = "", broker: str = "local", vhost: str = "/") -> str:
    """The address of a queue's page: `queue_path("a/b", "messages")`."""
    path = f"/brokers/{broker}/{segment(vhost)}/queues/{segment(queue)}/"
    return f"{path}{page}/" if page else path


def sign_in(page: Page, user: str, password: str) -> None:
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def add_broker(page: Page, name: str, amqp_port: int, api_port: int, password: str = GUEST) -> None:
    """Fill in and send the form of a new broker; what it answers is on the page."""
    page.goto("/brokers/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Host").fill("127.0.0.1")
    page.get_by_label("AMQP port", exact=True).fill(str(amqp_port))
    page.get_by_label("Management API port").fill(str(api_port))
    page.get_by_label("User", exact=True).fill(GUEST)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Test and add").click()


def remove_broker(page: Page, name: str) -> None:
    """Return when it is gone: the next test may add another."""
    page.goto(f"/brokers/{name}/remove/")
    page.get_by_role("textbox").fill(name)
    page.get_by_role("button", name="Remove").click()
    expect(page).to_have_url("/")
