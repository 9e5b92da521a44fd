"""Settings that cannot work are refused at the start, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.serving import ROOT, environment


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"POSTROOM_ENCRYPTION_KEY": "short"}, "POSTROOM_ENCRYPTION_KEY takes 32 bytes in hex"),
        ({"POSTROOM_ENCRYPTION_KEY": "00" * 31}, "POSTROOM_ENCRYPTION_KEY takes 32 bytes in hex"),
        ({"POSTROOM_ALLOWED_HOSTS": "a,*"}, "POSTROOM_ALLOWED_HOSTS takes host names, not '*'"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL takes postgresql://"),
    ],
)
def test_a_setting_that_cannot_work_names_itself(values: dict[str, str], sentence: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import dashboard.settings"],
        cwd=ROOT,
        env=environment(tmp_path, **values),
        capture_output=True,
        text=True,
    )

    assert done.returncode != 0
    assert sentence in done.stderr
