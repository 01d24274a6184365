#!/usr/bin/env python3
"""Run a Django command of the portal."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    # Pages are stopped when they take too long; a migration, or a new index, takes what it takes.
    os.environ.setdefault("STATEMENT_TIMEOUT", "0")
    execute_from_command_line(sys.argv)
