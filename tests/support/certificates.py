"""A certificate authority of the tests: certificates for brokers and clients, as files."""

from __future__ import annotations

import datetime
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(slots=True, frozen=True)
class Pair:
    certificate: Path
    key: Path


class Authority:
    def __init__(self, folder: Path, name: str = "Tests") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        builder = self._builder(self._name, self._key).add_extension(x509.BasicConstraints(True, None), critical=True)
        self._certificate = builder.sign(self._key, hashes.SHA256())
        self.file = folder / f"{name}.ca.pem"
        self.file.write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, file: str, *subject: tuple[x509.ObjectIdentifier, str], passphrase: str = "") -> Pair:
        """A certificate for this subject, good for this machine; files `<file>.pem` and `<file>.key`."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.Name([x509.NameAttribute(kind, value) for kind, value in subject])
        here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = self._builder(names, key).add_extension(x509.SubjectAlternativeName(here), critical=False)
        pair = Pair(self._folder / f"{file}.pem", self._folder / f"{file}.key")
        certificate = builder.sign(self._key, hashes.SHA256())
        pair.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        hiding: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase:
            hiding = serialization.BestAvailableEncryption(passphrase.encode())
        pair.key.touch(mode=0o600)
        pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hiding))
        return pair

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
        )


def common_name(name: str) -> tuple[x509.ObjectIdentifier, str]:
    return NameOID.COMMON_NAME, name


def organization(name: str) -> tuple[x509.ObjectIdentifier, str]:
    return NameOID.ORGANIZATION_NAME, name


def settings(pair: Pair, **more: str) -> dict[str, str]:
    """Of a broker with TLS on free ports."""
    return {
        "POSTROOM_BROKER_TLS_CERTIFICATE": str(pair.certificate),
        "POSTROOM_BROKER_TLS_KEY": str(pair.key),
        "POSTROOM_AMQP_TLS_PORT": "0",
        "POSTROOM_API_TLS_PORT": "0",
        **more,
    }
