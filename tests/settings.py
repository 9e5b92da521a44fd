"""The dashboard's settings, with everything it keeps in a folder that goes when the tests end."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="postroom-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
for _name in [name for name in os.environ if name.startswith("POSTROOM_")]:
    del os.environ[_name]
os.environ["POSTROOM_HOME"] = _home
# A busy machine may stop a broker for longer than a person would wait.
os.environ["POSTROOM_ANSWER_SECONDS"] = "60"

from dashboard.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A file, not memory: sockets, workers and tests reach it from threads and processes of their own.
DATABASES["default"]["TEST"] = {"NAME": os.path.join(_home, "tests.db")}  # noqa: F405, PTH118
