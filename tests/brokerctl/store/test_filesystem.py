"""The deepest mount that holds a folder tells what its files are worth."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from brokerctl.store import filesystem
from brokerctl.store.disk import FileDisk

MOUNTS = """\
21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
22 21 0:20 / /data rw,nosuid shared:2 - tmpfs tmpfs rw
23 22 0:21 / /data/my\\040disk rw master:3 - nfs4 server:/export rw
24 21 0:22 / /pool rw - ext4 /dev/old rw
25 24 0:23 / /pool rw - xfs /dev/new rw
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/broker", "ext4"),
        ("/data/broker", "tmpfs"),
        ("/database", "ext4"),
        ("/data/my disk/broker", "nfs4"),
        ("/pool/broker", "xfs"),
    ],
)
def test_the_last_of_the_deepest_mounts_counts(folder: str, kind: str) -> None:
    assert filesystem.kind(Path(folder), MOUNTS) == kind


def test_start_says_where_the_store_lies_and_warns_of_a_disk_that_forgets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("22 21 0:20 / / rw shared:2 - tmpfs tmpfs rw\n")
    monkeypatch.setattr(filesystem, "MOUNTS", mounts)

    with caplog.at_level(logging.INFO):
        FileDisk(tmp_path / "broker").release()

    assert f"store in {tmp_path / 'broker'} (tmpfs): locked, each batch synced" in caplog.text
    assert "it is memory: everything is gone when the machine stops" in caplog.text
