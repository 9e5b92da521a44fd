"""Settings that contradict each other or would be insecure: no start, and a sentence that says what and why."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from brokerctl.errors import SettingError
from brokerctl.server import startup
from brokerctl.server.config import BrokerConfig
from brokerctl.server.tls import Tls
from tests.support.certificates import Authority, Pair, common_name

CONFIG = BrokerConfig()
WITH_TLS = replace(CONFIG, tls_certificate="c.pem", tls_key="c.key")


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        (
            replace(CONFIG, service_user="dashboard"),
            "POSTROOM_SERVICE_USER and POSTROOM_SERVICE_PASSWORD go together: set both or neither",
        ),
        (
            replace(CONFIG, amqp_port=5672, api_port=5672),
            "POSTROOM_AMQP_PORT and POSTROOM_API_PORT are both 5672: give each a port of its own",
        ),
        (
            replace(WITH_TLS, amqp_port=5671, amqp_tls_port=5671),
            "POSTROOM_AMQP_PORT and POSTROOM_AMQP_TLS_PORT are both 5671: give each a port of its own",
        ),
        (
            replace(CONFIG, half_open_max=10),
            "POSTROOM_HALF_OPEN_PER_ADDRESS is 100: it cannot be more than POSTROOM_HALF_OPEN_MAX (10)",
        ),
        (
            replace(CONFIG, tls_key="c.key"),
            "POSTROOM_BROKER_TLS_KEY is set, but without POSTROOM_BROKER_TLS_CERTIFICATE there is no TLS",
        ),
        (
            replace(CONFIG, tls_verify_client="required"),
            "POSTROOM_BROKER_TLS_VERIFY_CLIENT is set, but without POSTROOM_BROKER_TLS_CERTIFICATE there is no TLS",
        ),
        (
            replace(CONFIG, amqp_tls_port=5671),
            "POSTROOM_AMQP_TLS_PORT is set, but without POSTROOM_BROKER_TLS_CERTIFICATE there is no TLS",
        ),
        (
            replace(CONFIG, tls_certificate="c.pem"),
            "POSTROOM_BROKER_TLS_CERTIFICATE is set, but not POSTROOM_BROKER_TLS_KEY, its private key",
        ),
        (
            replace(WITH_TLS, tls_verify_client="required"),
            "POSTROOM_BROKER_TLS_VERIFY_CLIENT is 'required', but not POSTROOM_BROKER_TLS_CA, "
            "which says whose certificates clients may show",
        ),
        (
            replace(WITH_TLS, tls_ca="ca.pem"),
            "POSTROOM_BROKER_TLS_CA is set, but POSTROOM_BROKER_TLS_VERIFY_CLIENT is 'none': nobody is asked for a "
            "certificate; set it to 'optional' or 'required'",
        ),
    ],
)
def test_contradiction_is_one_sentence(config: BrokerConfig, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        startup.check(config)

    assert str(caught.value) == sentence


def test_defaults_contradict_nothing() -> None:
    startup.check(CONFIG)
    startup.check(WITH_TLS)
    startup.check(replace(CONFIG, amqp_port=0, api_port=0))


def test_memory_limit_below_the_empty_broker_is_refused() -> None:
    with pytest.raises(SettingError, match=r"POSTROOM_MEMORY_LIMIT is 1024: that is 1024 bytes, and the broker alone"):
        startup.check_memory(replace(CONFIG, memory_limit=1024))

    startup.check_memory(CONFIG)


def test_plain_listener_for_other_machines_is_warned_of(caplog: pytest.LogCaptureFixture) -> None:
    startup.warn(replace(CONFIG, hosts=("127.0.0.1", "::1", "localhost")))
    assert caplog.messages == []

    startup.warn(replace(CONFIG, hosts=("127.0.0.1", "0.0.0.0")))  # noqa: S104 (named, not listened on)
    assert "lets other machines in at 0.0.0.0 without TLS" in caplog.text


@pytest.mark.parametrize("mode", [0o755, 0o707, 0o720])
def test_folder_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)

    with pytest.raises(SettingError, match=rf"others on this machine can open it \(mode 0{mode:o}\): chmod 700 it"):
        startup.check_folder(tmp_path)


def test_folder_of_one_s_own_is_fine(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    startup.check_folder(tmp_path)
    startup.check_folder(tmp_path / "not there yet")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def pair(authority: Authority) -> Pair:
    return authority.issue("broker", common_name("localhost"))


def refusal(pair: Pair, **more: str) -> str:
    config = replace(CONFIG, tls_certificate=str(pair.certificate), tls_key=str(pair.key))
    with pytest.raises(SettingError) as caught:
        Tls(replace(config, **more))  # type: ignore[arg-type]
    return str(caught.value)


def test_missing_certificate_is_named(pair: Pair) -> None:
    pair.certificate.unlink()

    assert refusal(pair) == f"POSTROOM_BROKER_TLS_CERTIFICATE is '{pair.certificate}': No such file or directory"


def test_folder_for_a_key_is_named(pair: Pair, tmp_path: Path) -> None:
    assert refusal(Pair(pair.certificate, tmp_path)) == f"POSTROOM_BROKER_TLS_KEY is '{tmp_path}': Is a directory"


@pytest.mark.parametrize(("mode", "can"), [(0o644, "read"), (0o604, "read"), (0o602, "change")])
def test_key_open_to_everybody_is_refused(pair: Pair, mode: int, can: str) -> None:
    pair.key.chmod(mode)

    sentence = refusal(pair)

    assert f"everybody on this machine can {can} it (mode 0{mode:o})" in sentence


def test_key_of_a_group_is_fine(pair: Pair) -> None:
    pair.key.chmod(0o640)
    Tls(replace(CONFIG, tls_certificate=str(pair.certificate), tls_key=str(pair.key)))


def test_certificate_that_everybody_can_change_is_refused(pair: Pair) -> None:
    pair.certificate.chmod(stat.S_IMODE(pair.certificate.stat().st_mode) | stat.S_IWOTH)

    assert "everybody on this machine can change it" in refusal(pair)


def test_key_of_another_certificate_is_refused(authority: Authority, pair: Pair) -> None:
    other = authority.issue("other", common_name("other"))

    sentence = refusal(Pair(pair.certificate, other.key))

    assert (
        sentence
        == f"POSTROOM_BROKER_TLS_KEY is '{other.key}': it is not the key of the certificate '{pair.certificate}'"
    )


def test_key_with_a_passphrase_is_refused_instead_of_asking(authority: Authority) -> None:
    pair = authority.issue("hidden", common_name("localhost"), passphrase="secret")

    assert refusal(pair).startswith("POSTROOM_BROKER_TLS_KEY is encrypted with a passphrase")


def test_text_is_no_certificate(pair: Pair) -> None:
    pair.certificate.write_text("hello")

    assert (
        refusal(pair) == f"POSTROOM_BROKER_TLS_CERTIFICATE is '{pair.certificate}': it holds no certificate in PEM form"
    )


def test_text_is_no_key(pair: Pair) -> None:
    pair.key.write_text("hello")

    assert refusal(pair).startswith(f"POSTROOM_BROKER_TLS_KEY is '{pair.key}': it holds no private key in PEM form")


def test_text_is_no_authority(pair: Pair, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("hello")

    sentence = refusal(pair, tls_ca=str(text), tls_verify_client="required")

    assert sentence == f"POSTROOM_BROKER_TLS_CA is '{text}': it holds no certificate in PEM form"
