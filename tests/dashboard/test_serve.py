"""`manage.py serve` as a process: it starts, says what matters, survives a crash of its parts, and leaves nothing."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pika
import pytest

from brokerctl.ports import is_free
from tests.support import processes
from tests.support import serving as support
from tests.support.freeports import HOSTS
from tests.support.serving import NAME, Served
from tests.support.waiting import PATIENCE_SECONDS, wait_until

LOG_LINE = re.compile(r"\d\d:\d\d:\d\d \w+ +\| ")
SLOW_START = re.compile(
    r"\w+ dashboard\.live\.collector: local.*( nothing listens there| answers again)$"
    r"|ERROR celery\.worker\.consumer\.consumer: consumer: Cannot connect to amqp://"
)
"""Of a broker that begins to listen after the others were there, on a busy machine."""
PASSWORD_LINE = re.compile(r"The first administrator is admin, password (\S+) \(shown only now\)\.")

pytestmark = pytest.mark.xdist_group("serve")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with support.serving(tmp_path_factory.mktemp("served")) as served:
        yield served


def log_in(served: Served, password: str) -> int:
    """The status of a login: 302 when it is right, 401 when not."""
    with httpx.Client(base_url=served.url, timeout=PATIENCE_SECONDS) as client:
        page = client.get("/login/").raise_for_status()
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found is not None
        form = {"csrfmiddlewaretoken": found[1], "username": NAME, "password": password}
        return client.post("/login/", data=form, headers={"Referer": served.url}).status_code


def is_ready(served: Served) -> bool:
    return get(f"{served.url}/health/").status_code == 200


def get(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, headers=headers, timeout=PATIENCE_SECONDS)


def ended_well(served: Served, number: signal.Signals) -> None:
    """Stop it: every process ends, and that is no failure."""
    # Whoever serves is ready; the keepers of the others may just be starting what they keep.
    wait_until(lambda: len(processes.below(served.process.pid)) >= 6)
    started = processes.below(served.process.pid)

    code = served.stop(number)

    assert (code, served.output[-1]) == (0, "Postroom has stopped.")
    wait_until(lambda: processes.running(started) == [])
    assert not (served.home / "serving.json").exists()


def pid_of(served: Served, words: str) -> int:
    """Of the process itself, not of its keeper."""
    (found,) = (
        pid
        for pid in processes.below(served.process.pid)
        if words in processes.command(pid) and "dashboard.keep" not in processes.command(pid)
    )
    return found


def test_login_takes_the_password_that_was_given_and_no_other(served: Served) -> None:
    assert log_in(served, served.password) == 302
    assert log_in(served, "another") == 401


def test_normal_start_says_only_what_people_need(served: Served) -> None:
    said = [LOG_LINE.sub("", line) for line in served.output]
    told = [line for line in said if not SLOW_START.match(line)]

    store, *rest = told
    assert store.startswith(f"INFO brokerctl.store.filesystem: store in {served.home / 'broker'} (")
    assert rest[:3] == [
        "INFO brokerctl.server.node: restored 0 queues with 0 messages",
        f"Broker is ready: amqp://127.0.0.1:{served.amqp_port} http://127.0.0.1:{served.api_port}",
        f"Postroom is ready: {served.url}",
    ]


def test_addresses_are_told_to_other_programs_of_this_machine(served: Served) -> None:
    assert json.loads((served.home / "serving.json").read_text()) == {
        "pid": served.process.pid,
        "url": served.url,
        "host": "127.0.0.1",
        "amqp_port": served.amqp_port,
        "api_port": served.api_port,
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("css/tokens.css", "text/css; charset=utf-8"),
        ("js/live.js", "text/javascript; charset=utf-8"),
        ("vendor/chart.js/chart.js", "text/javascript; charset=utf-8"),
        ("vendor/inter/files/inter-latin-wght-normal.woff2", "font/woff2"),
    ],
)
def test_static_file_has_its_type_and_is_kept_by_browsers(served: Served, path: str, kind: str) -> None:
    address = f"{served.url}/static/{path}"

    first = get(address)
    again = get(address, **{"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, first.headers["Content-Type"]) == (200, kind)
    assert first.headers["Cache-Control"] == "max-age=3600, public"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["none.css", "css", "%2e%2e/manage.py", "..%2fmanage.py", "%2fetc/passwd", "a%00b"])
def test_what_is_no_static_file_is_not_found(served: Served, path: str) -> None:
    assert get(f"{served.url}/static/{path}").status_code == 404
    assert "Traceback" not in served.text


def test_page_keeps_its_policy_and_is_not_kept_by_browsers(served: Served) -> None:
    page = get(f"{served.url}/login/")

    assert page.headers["Cache-Control"].startswith(("no-store", "max-age=0"))
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'; script-src 'self' 'nonce-")


def test_second_serve_on_the_same_folder_names_the_first(served: Served) -> None:
    done = support.run(served.home)

    assert done.returncode == 1
    assert done.stdout == (
        f"CommandError: Postroom already runs on {served.home} (process {served.process.pid}, {served.url}): "
        "stop it first, or set POSTROOM_HOME to another folder\n"
    )
    assert is_ready(served)


@pytest.mark.parametrize("setting", ["POSTROOM_WEB_PORT", "POSTROOM_AMQP_PORT", "POSTROOM_API_PORT"])
def test_asked_port_that_is_taken_is_one_sentence(home: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = support.run(home, **{setting: str(port)})

    sentence = f"port {port} is in use: stop what listens there, or set {setting} to another port"
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, f"CommandError: {sentence}")
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"POSTROOM_WEB_PORT": "70000"}, "POSTROOM_WEB_PORT is '70000': it takes a port number, from 0 to 65535"),
        ({"POSTROOM_AMQP_PORT": "amqp"}, "POSTROOM_AMQP_PORT is 'amqp': it takes a number"),
        ({"POSTROOM_COLLECT_SECONDS": "often"}, "POSTROOM_COLLECT_SECONDS is 'often': it takes a number"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL takes postgresql://user:password@host:port/name"),
        ({"POSTROOM_HOME": "/dev/null"}, "POSTROOM_HOME is '/dev/null': File exists (/dev/null)"),
    ],
)
def test_setting_that_cannot_work_is_one_sentence(home: Path, settings: dict[str, str], sentence: str) -> None:
    done = support.run(home, **settings)

    assert done.returncode == 1
    (line,) = done.stdout.splitlines()
    assert line.split(": ", 1)[1] == sentence


def test_default_port_that_is_taken_gives_way_and_is_said(home: Path) -> None:
    defaults = {"web": 8000, "AMQP": 5672, "management API": 15672}
    with ExitStack() as stack:
        for port in defaults.values():
            # What holds it already, if not we, is as good.
            if is_free(HOSTS, port):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
        with support.serving(home, POSTROOM_WEB_PORT="", POSTROOM_AMQP_PORT="", POSTROOM_API_PORT="") as served:
            told = json.loads((home / "serving.json").read_text())
            chosen = {"web": served.web_port, "AMQP": told["amqp_port"], "management API": told["api_port"]}
            pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", chosen["AMQP"])).close()
            assert is_ready(served)
            ended_well(served, signal.SIGINT)

    assert all(chosen[what] > port for what, port in defaults.items())
    assert served.output[:3] == [
        f"Port 8000 is in use, so the web port is {chosen['web']}.",
        f"Port 5672 is in use, so the AMQP port is {chosen['AMQP']}."
        " If a broker of yours is on 5672, add it under Brokers to see it here.",
        f"Port 15672 is in use, so the management API port is {chosen['management API']}."
        " If a broker of yours is on 15672, add it under Brokers to see it here.",
    ]


def test_killed_serve_takes_its_parts_along_and_the_next_one_takes_its_made_up_password(home: Path) -> None:
    first = support.start(home, POSTROOM_ADMIN_PASSWORD="")
    found = PASSWORD_LINE.search(first.text)
    assert found is not None
    assert log_in(first, found[1]) == 302

    started = processes.below(first.process.pid)
    first.stop(signal.SIGKILL)
    wait_until(lambda: processes.running(started) == [])

    with support.serving(home, POSTROOM_ADMIN_PASSWORD="") as second:
        assert log_in(second, found[1]) == 302
        ended_well(second, signal.SIGTERM)
    assert PASSWORD_LINE.search(second.text) is None
    assert found[1] not in second.text


@pytest.mark.parametrize("words", ["brokerctl serve", "dashboard.web", "celery"])
def test_part_that_is_killed_is_started_again(served: Served, words: str) -> None:
    if words == "celery":
        # Its pool has the same words, and is below it.
        found = [pid for pid in processes.below(served.process.pid) if _is_celery(pid)]
        (pid,) = set(found).difference(*map(processes.below, found))
    else:
        pid = pid_of(served, words)

    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: "ended with -9; starting it again in" in served.text)
    served.output.clear()

    wait_until(lambda: _answers_again(served))
    assert processes.command(pid) == ""


def _is_celery(pid: int) -> bool:
    return "celery" in processes.command(pid) and "dashboard.keep" not in processes.command(pid)


def _answers_again(served: Served) -> bool:
    try:
        return is_ready(served) and log_in(served, served.password) == 302
    except httpx.HTTPError:
        return False
