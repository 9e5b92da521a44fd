#!/usr/bin/env python
"""Django's command line, and Postroom's: `manage.py serve` runs everything."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from brokerctl.errors import SettingError

    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, SettingError) as error:
        sys.exit(f"Postroom cannot start: {error}")
