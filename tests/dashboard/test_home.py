from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.home import SECRETS_FILE, home, load_secrets


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "home"

    first = load_secrets(folder)

    assert load_secrets(folder) == first
    assert stat.S_IMODE((folder / SECRETS_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(bytes.fromhex(first.encryption_key)) == 32
    assert [path.name for path in folder.iterdir()] == [SECRETS_FILE]


def test_two_homes_have_different_secrets(tmp_path: Path) -> None:
    one, other = load_secrets(tmp_path / "a"), load_secrets(tmp_path / "b")

    assert one.django_key != other.django_key
    assert one.encryption_key != other.encryption_key
    assert one.service_password != other.service_password


def test_those_who_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: load_secrets(tmp_path / "h"), range(16)))

    assert len(set(found)) == 1


def test_the_home_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_HOME", str(tmp_path))
    assert home() == tmp_path

    monkeypatch.delenv("POSTROOM_HOME")
    assert home().name == "var"
