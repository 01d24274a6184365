"""What the logs leave out."""

import logging
import re

# What follows these words in an address, in either language, opens something for whoever has it.
SECRETS = re.compile(r"/(invitation|confirm|confirmer|new|nouveau)/[^/\s'\"?]+")


class HideSecrets(logging.Filter):
    """Keeps the secret part of links that were sent by mail out of every line."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, its message without secrets."""
        record.msg, record.args = SECRETS.sub(r"/\1/…", record.getMessage()), None
        return True
