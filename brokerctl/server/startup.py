"""What the settings mean together: contradictions, and what would be insecure, are refused before anything starts."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

from brokerctl.errors import SettingError
from brokerctl.server import machine
from brokerctl.server.addresses import is_loopback
from brokerctl.server.config import BrokerConfig

log = logging.getLogger(__name__)


def check(config: BrokerConfig) -> None:
    """Raises SettingError with one sentence when these settings must not start a broker."""
    if bool(config.service_user) != bool(config.service_password):
        raise SettingError("POSTROOM_SERVICE_USER and POSTROOM_SERVICE_PASSWORD go together: set both or neither")
    if config.half_open_per_address > config.half_open_max:
        raise SettingError(
            f"POSTROOM_HALF_OPEN_PER_ADDRESS is {config.half_open_per_address}: "
            f"it cannot be more than POSTROOM_HALF_OPEN_MAX ({config.half_open_max})"
        )
    _check_ports(config)
    _check_tls(config)


def warn(config: BrokerConfig) -> None:
    """Tell in the log what is allowed and deserves a thought."""
    beyond = [host for host in config.hosts if host != "localhost" and not is_loopback(host)]
    if beyond:
        log.warning(
            "POSTROOM_BROKER_HOSTS lets other machines in at %s without TLS: passwords can be read on the way",
            ", ".join(beyond),
        )


def memory_limit_bytes(config: BrokerConfig) -> int:
    """Above which the memory alarm is raised."""
    limit = config.memory_limit
    return int(limit * machine.memory_bytes()) if limit <= 1 else int(limit)


def check_memory(config: BrokerConfig) -> None:
    """Before anything is loaded. Raises SettingError when the empty broker is above its limit already."""
    limit, used = memory_limit_bytes(config), machine.resident_bytes()
    if limit <= used:
        raise SettingError(
            f"POSTROOM_MEMORY_LIMIT is {config.memory_limit:g}: that is {limit} bytes, and the broker alone "
            f"takes {used}, so nobody could ever publish"
        )


def check_folder(folder: Path) -> None:
    """Raises SettingError when others on this machine can read or change the messages and password hashes in there."""
    if not folder.exists():
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise SettingError(
            f"{folder} holds messages and password hashes, and others on this machine can open it "
            f"(mode {mode:04o}): chmod 700 it"
        )


def _check_ports(config: BrokerConfig) -> None:
    asked = {
        "POSTROOM_AMQP_PORT": config.amqp_port,
        "POSTROOM_API_PORT": config.api_port,
    }
    if config.tls_certificate:
        asked |= {"POSTROOM_AMQP_TLS_PORT": config.amqp_tls_port, "POSTROOM_API_TLS_PORT": config.api_tls_port}
    seen: dict[int, str] = {}
    for name, port in asked.items():
        if port and seen.setdefault(port, name) != name:
            raise SettingError(f"{seen[port]} and {name} are both {port}: give each a port of its own")


def _check_tls(config: BrokerConfig) -> None:
    if not config.tls_certificate:
        set_anyway = {
            "POSTROOM_BROKER_TLS_KEY": config.tls_key,
            "POSTROOM_BROKER_TLS_CA": config.tls_ca,
            "POSTROOM_BROKER_TLS_VERIFY_CLIENT": config.tls_verify_client != "none",
            "POSTROOM_AMQP_TLS_PORT": config.amqp_tls_port is not None,
            "POSTROOM_API_TLS_PORT": config.api_tls_port is not None,
        }
        for name, is_set in set_anyway.items():
            if is_set:
                raise SettingError(f"{name} is set, but without POSTROOM_BROKER_TLS_CERTIFICATE there is no TLS")
        return
    if not config.tls_key:
        raise SettingError("POSTROOM_BROKER_TLS_CERTIFICATE is set, but not POSTROOM_BROKER_TLS_KEY, its private key")
    if config.tls_verify_client != "none" and not config.tls_ca:
        raise SettingError(
            f"POSTROOM_BROKER_TLS_VERIFY_CLIENT is '{config.tls_verify_client}', but not POSTROOM_BROKER_TLS_CA, "
            "which says whose certificates clients may show"
        )
    if config.tls_ca and config.tls_verify_client == "none":
        raise SettingError(
            "POSTROOM_BROKER_TLS_CA is set, but POSTROOM_BROKER_TLS_VERIFY_CLIENT is 'none': nobody is asked for a "
            "certificate; set it to 'optional' or 'required'"
        )
