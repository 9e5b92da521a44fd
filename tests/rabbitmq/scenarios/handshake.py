"""From the first byte to connection.open-ok: protocol header, login, limits, vhost."""

from __future__ import annotations

from brokerctl.wire import fields, frames, spec
from brokerctl.wire.methods import Method, channel, connection, queue
from tests.rabbitmq.steps import Scenario, Step, end, hear_bytes, on, raw, said, scenario

HEADER = raw(spec.PROTOCOL_HEADER, 1, place="a0")
TUNED = said(connection.TuneOk(2047, 131_072, 0), place="a0")
TELLS = {"capabilities": {"authentication_failure_close": True}}


def log_in(
    mechanism: str = "PLAIN", response: bytes = b"\0guest\0guest", properties: fields.Table = TELLS
) -> list[Step]:
    return on("a0", connection.StartOk(properties, mechanism, response, "en_US"))


def tune(channel_max: int = 2047, frame_max: int = 131_072, heartbeat: int = 0) -> list[Step]:
    """tune-ok has no answer; what is wrong with it shows at connection.open."""
    return [said(connection.TuneOk(channel_max, frame_max, heartbeat), place="a0"), *on("a0", connection.Open("/"))]


def amqplain(**credentials: str) -> bytes:
    return fields.encode_table(credentials)[4:]


def talk(name: str, *steps: Step | list[Step]) -> Scenario:
    """A scenario that says every word of connection a's handshake itself."""
    return scenario(name, *steps, by_hand="a", stands_alone=True)


def first(name: str, *methods: Method) -> Scenario:
    """A scenario in which these come right after the broker's connection.start."""
    return talk(name, HEADER, on("a0", *methods), end("a0"))


SCENARIOS = [
    talk("the broker introduces itself", HEADER),
    talk(
        "another protocol gets the broker's header", raw(b"GET / HTTP/1.1\r\n\r\n", place="a0"), hear_bytes(8, "a0"),
        end("a0")
    ),
    talk(
        "another version of AMQP gets the broker's header", raw(b"AMQP\x00\x01\x00\x00", place="a0"),
        hear_bytes(8, "a0"), end("a0")
    ),
    talk("a whole handshake", HEADER, log_in(), tune()),
    talk("AMQPLAIN logs in", HEADER, log_in("AMQPLAIN", amqplain(LOGIN="guest", PASSWORD="guest")), tune()),
    talk("a wrong password is refused in words", HEADER, log_in(response=b"\0guessed\0wrong"), end("a0")),
    talk("an unknown user is refused in words", HEADER, log_in(response=b"\0nobody\0guest"), end("a0")),
    talk("AMQPLAIN with a wrong password is refused in words", HEADER,
             log_in("AMQPLAIN", amqplain(LOGIN="guessed", PASSWORD="wrong")), end("a0")),
    talk("a client that knows no refusal is cut off", HEADER, log_in(response=b"\0guessed\0wrong", properties={}),
             end("a0")),
    talk("a mechanism nobody knows", HEADER, log_in("SCRAM-SHA-1"), end("a0")),
    talk("a PLAIN response without its separators", HEADER, log_in(response=b"guest"), end("a0")),
    talk("an AMQPLAIN response without a login", HEADER, log_in("AMQPLAIN", amqplain(PASSWORD="x")), end("a0")),
    talk("zero means the broker's own limits", HEADER, log_in(), tune(0, 0, 0)),
    talk("smaller limits are accepted", HEADER, log_in(), tune(10, 4096, 10)),
    talk("frame_max below the minimum", HEADER, log_in(), tune(frame_max=4095), end("a0")),
    talk("frame_max above the broker's", HEADER, log_in(), tune(frame_max=131_073), end("a0")),
    talk("channel_max above the broker's", HEADER, log_in(), tune(channel_max=2048), end("a0")),
    talk("a heartbeat longer than offered", HEADER, log_in(), tune(heartbeat=600)),
    talk("channels up to the limit agreed, and one more", HEADER, log_in(), tune(channel_max=2),
             on("a1", channel.Open()), on("a2", channel.Open()), on("a3", channel.Open()), end("a0")),
    talk("a channel number above the limit agreed", HEADER, log_in(), tune(channel_max=2),
             on("a3", channel.Open())),
    talk("a vhost that is not there", HEADER, log_in(), TUNED, on("a0", connection.Open("nowhere")), end("a0")),
    talk("a vhost without a permission", HEADER, log_in(), TUNED, on("a0", connection.Open("twin closed")), end("a0")),
    talk("the empty vhost", HEADER, log_in(), TUNED, on("a0", connection.Open("")), end("a0")),
    first("tune-ok before the login", connection.TuneOk(0, 0, 0)),
    first("open before the login", connection.Open("/")),
    talk("the login twice", HEADER, log_in(), log_in(), end("a0")),
    talk("open without tune-ok", HEADER, log_in(), on("a0", connection.Open("/")), end("a0")),
    scenario("open twice", on("a0", connection.Open("/")), end("a0")),
    talk("a channel before open", HEADER, log_in(), on("a1", channel.Open()), end("a0")),
    talk("close during the handshake", HEADER, on("a0", connection.Close(200, "bye")), end("a0")),
    scenario("close ends the connection", on("a0", connection.Close(200, "bye"))),
    scenario("what comes after close is not heard",
             raw(frames.method(0, connection.Close(200)) + frames.method(1, queue.Declare(queue="q")), 1, place="a0")),
    scenario("update-secret is acknowledged", on("a0", connection.UpdateSecret(b"new", "for the test"))),
    scenario("close-ok that nobody asked for", on("a0", connection.CloseOk()), end("a0")),
]  # fmt: skip
