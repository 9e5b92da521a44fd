"""What five open tabs cost: CPU of the web process, and whether the demo's traffic notices.

Windows without and with tabs alternate in one run beside the same demo. `python -m bench.tabs`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import BrowserContext, sync_playwright

from tests.support import serving
from tests.support.serving import Served

WINDOW_SECONDS = 15
ROUNDS = 4
TICKS = os.sysconf("SC_CLK_TCK")
QUEUE = "/brokers/local/~2F/queues/"
TABS = ("/", "/brokers/local/queues/", f"{QUEUE}orders.new/", f"{QUEUE}payments.capture/", "/brokers/local/exchanges/")


@dataclass(slots=True)
class Window:
    cpu_share: float
    """Of one core, by the web process."""
    per_second: float
    """Messages the broker took from the demo."""


def main() -> None:
    with tempfile.TemporaryDirectory() as home, serving.serving(Path(home)) as served:
        demo = _demo(served)
        try:
            quiet, watched = _measure(served)
        finally:
            demo.terminate()
            demo.wait()
    print(f"{ROUNDS} windows of {WINDOW_SECONDS} s each, alternating; medians")
    print(f"no tab:    web process {_share(quiet):.1%} of a core, demo {_rate(quiet):.1f} messages/s")
    print(f"five tabs: web process {_share(watched):.1%} of a core, demo {_rate(watched):.1f} messages/s")
    print(f"demo with five tabs / without: {_rate(watched) / _rate(quiet):.3f}")


def _measure(served: Served) -> tuple[list[Window], list[Window]]:
    web = web_process(served.process.pid)
    quiet, watched = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context()
        _log_in(context, served)
        for _ in range(ROUNDS):
            quiet.append(_window(served, web))
            pages = [context.new_page() for _ in TABS]
            for page, address in zip(pages, TABS, strict=True):
                page.goto(served.url + address)
                page.locator(".live--ok").wait_for()
            watched.append(_window(served, web))
            for page in pages:
                page.close()
        browser.close()
    return quiet, watched


def _window(served: Served, web: int) -> Window:
    started, cpu, published = time.monotonic(), _cpu_seconds(web), _published(served)
    time.sleep(WINDOW_SECONDS)
    lasted = time.monotonic() - started
    return Window((_cpu_seconds(web) - cpu) / lasted, (_published(served) - published) / lasted)


def _demo(served: Served) -> subprocess.Popen[bytes]:
    url = f"amqp://guest:guest@127.0.0.1:{served.amqp_port}/"
    command = [sys.executable, "manage.py", "demo", "--url", url]
    started = subprocess.Popen(
        command, cwd=serving.ROOT, env=serving.environment(served.home), stdout=subprocess.DEVNULL
    )
    while not _published(served):
        time.sleep(0.2)
    return started


def _published(served: Served) -> int:
    address = f"http://127.0.0.1:{served.api_port}/api/overview"
    stats = httpx.get(address, auth=("guest", "guest")).raise_for_status().json()["message_stats"]
    return int(stats.get("publish", 0))


def _log_in(context: BrowserContext, served: Served) -> None:
    page = context.new_page()
    page.goto(served.url + "/login/")
    page.fill("[name=username]", served.name)
    page.fill("[name=password]", served.password)
    page.click("form button")
    page.wait_for_url(served.url + "/")
    page.close()


def web_process(parent: int) -> int:
    """The pid of `python -m dashboard.web` below this process; its keeper names it, too, and is not it."""
    for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        line = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if b"dashboard.web" in line:
            inner = Path(f"/proc/{child}/task/{child}/children").read_text().split()
            return int(inner[0]) if b"dashboard.keep" in line else int(child)
        if found := web_process(int(child)):
            return found
    return 0


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _share(windows: list[Window]) -> float:
    return statistics.median(window.cpu_share for window in windows)


def _rate(windows: list[Window]) -> float:
    return statistics.median(window.per_second for window in windows)


if __name__ == "__main__":
    main()
