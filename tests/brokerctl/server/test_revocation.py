"""Rights taken away while a connection is open: what ends, with which words, and what stays."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from brokerctl.names import path
from brokerctl.wire import spec
from brokerctl.wire.methods import basic, channel, connection, queue
from tests.support.embedded import EmbeddedBroker
from tests.support.raw import RawClient
from tests.support.waiting import PATIENCE_SECONDS

ALL = {"configure": ".*", "write": ".*", "read": ".*"}
HEARS_CANCELS: dict[str, object] = {"capabilities": {"consumer_cancel_notify": True}}


@pytest.fixture
def api(embedded_broker: EmbeddedBroker) -> Iterator[httpx.Client]:
    """guest, in a broker with a vhost `revoke` where user ada may do everything."""
    where = f"http://127.0.0.1:{embedded_broker.api_port}/api"
    with httpx.Client(base_url=where, auth=("guest", "guest"), timeout=PATIENCE_SECONDS) as api:
        api.put(path("vhosts", "revoke")).raise_for_status()
        api.put(path("users", "ada"), json={"password": "secret", "tags": ""}).raise_for_status()
        permit(api)
        yield api
        api.delete(path("users", "ada"))
        api.delete(path("vhosts", "revoke"))


@pytest.fixture
def ada(embedded_broker: EmbeddedBroker, api: httpx.Client) -> Iterator[RawClient]:
    """Her open connection, which consumes from `orders` as `o` and from `mails` as `m`."""
    with RawClient(embedded_broker.amqp_port) as client:
        log_in(client, HEARS_CANCELS)
        yield client


def log_in(client: RawClient, told: dict[str, object]) -> None:
    client.greet()
    client.call(0, connection.StartOk(told, "PLAIN", b"\0ada\0secret", "en_US"))
    client.expect(connection.Tune)
    client.call(0, connection.TuneOk(0, 0, 0), connection.Open("revoke"))
    client.expect(connection.OpenOk)
    client.open_channel()
    for name, tag in (("orders", "o"), ("mails", "m")):
        client.call(1, queue.Declare(queue=name), basic.Consume(queue=name, consumer_tag=tag, no_ack=True))
        client.expect(queue.DeclareOk)
        client.expect(basic.ConsumeOk)


def permit(api: httpx.Client, **changed: str) -> None:
    api.put(path("permissions", "revoke", "ada"), json=ALL | changed).raise_for_status()


def publish(api: httpx.Client, key: str) -> None:
    message = {"properties": {}, "routing_key": key, "payload": key, "payload_encoding": "string"}
    api.post(path("exchanges", "revoke", "amq.default", "publish"), json=message)


def test_deleted_user_is_sent_away(ada: RawClient, api: httpx.Client) -> None:
    api.delete(path("users", "ada")).raise_for_status()

    close = ada.expect(connection.Close)

    assert (close.reply_code, close.reply_text) == (320, "CONNECTION_FORCED - user 'ada' is deleted")


def test_user_deleted_and_made_again_is_another_one(ada: RawClient, api: httpx.Client) -> None:
    api.post("/users/bulk-delete", json={"users": ["ada"]}).raise_for_status()
    api.put(path("users", "ada"), json={"password": "secret", "tags": ""}).raise_for_status()
    permit(api)

    assert ada.expect(connection.Close).reply_code == 320


def test_user_without_permissions_in_the_vhost_is_sent_away(ada: RawClient, api: httpx.Client) -> None:
    api.delete(path("permissions", "revoke", "ada")).raise_for_status()

    close = ada.expect(connection.Close)

    text = "CONNECTION_FORCED - access to vhost 'revoke' refused for user 'ada'"
    assert (close.reply_code, close.reply_text) == (320, text)


def test_deleted_vhost_ends_its_connections(ada: RawClient, api: httpx.Client) -> None:
    api.delete(path("vhosts", "revoke")).raise_for_status()

    close = ada.expect(connection.Close)

    assert (close.reply_code, close.reply_text) == (320, "CONNECTION_FORCED - vhost 'revoke' is deleted")


def test_consumer_of_a_queue_no_longer_readable_is_cancelled_and_the_other_goes_on(
    ada: RawClient, api: httpx.Client
) -> None:
    guest = {"configure": "", "write": ".*", "read": ""}
    api.put(path("permissions", "revoke", "guest"), json=guest).raise_for_status()

    permit(api, read="^mails$")

    assert ada.expect(basic.Cancel).consumer_tag == "o"
    publish(api, "orders")
    publish(api, "mails")
    assert ada.expect(basic.Deliver).consumer_tag == "m"


def test_client_that_cannot_hear_of_it_loses_its_channel(embedded_broker: EmbeddedBroker, api: httpx.Client) -> None:
    with RawClient(embedded_broker.amqp_port) as client:
        log_in(client, {})
        permit(api, read="^mails$")

        close = client.expect(channel.Close)

    text = "ACCESS_REFUSED - read access to queue 'orders' in vhost 'revoke' refused for user 'ada'"
    assert (close.reply_code, close.reply_text) == (403, text)


def test_narrowed_write_is_refused_at_the_next_publish(ada: RawClient, api: httpx.Client) -> None:
    publishing = basic.Publish(routing_key="nowhere")
    header = b"\0\x3c\0\0" + bytes(8) + b"\0\0"
    ada.call(1, publishing)
    ada.send(bytes([spec.HEADER]) + b"\0\1" + len(header).to_bytes(4, "big") + header + b"\xce")

    permit(api, write="^other$")
    ada.call(1, publishing)
    ada.send(bytes([spec.HEADER]) + b"\0\1" + len(header).to_bytes(4, "big") + header + b"\xce")

    close = ada.expect(channel.Close)
    text = "ACCESS_REFUSED - write access to exchange 'amq.default' in vhost 'revoke' refused for user 'ada'"
    assert (close.reply_code, close.reply_text) == (403, text)


def test_changed_password_or_tags_close_nothing(ada: RawClient, api: httpx.Client) -> None:
    api.put(path("users", "ada"), json={"password": "other", "tags": "monitoring"}).raise_for_status()

    ada.open_channel(2)


def test_new_secret_is_acknowledged(ada: RawClient) -> None:
    ada.call(0, connection.UpdateSecret(b"other", "rotation"))

    ada.expect(connection.UpdateSecretOk)
    ada.open_channel(2)
