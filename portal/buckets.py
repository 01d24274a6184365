"""Images in a store that speaks S3, where one is configured: one bucket for the public, one for nobody.

The names and what becomes of them are those of `portal/storage.py`; here is only how such a store is
spoken to. What it answers, or does not, is told as a file system tells it: FileNotFoundError or OSError.
"""

import mimetypes
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile
from s3transfer.exceptions import RetriesExceededError
from storages.backends.s3 import S3Storage

# In seconds: how long to wait for a store that does not answer. It is asked once more.
CONNECT, READ = 2, 10


@contextmanager
def _told_as_files_are() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, RetriesExceededError) as error:
        raise OSError(f"The store of images: {error}") from error


class Bucket(S3Storage):
    """A bucket whose files never change: what is kept under a name stays what it is, or goes."""

    def get_default_settings(self) -> dict[str, Any]:
        """Those of the library, with an end to its patience."""
        waits = Config(
            connect_timeout=CONNECT,
            read_timeout=READ,
            retries={"total_max_attempts": 2, "mode": "standard"},
        )
        once_more = TransferConfig(use_threads=False, num_download_attempts=2)
        theirs = super().get_default_settings()
        return {**theirs, "client_config": waits, "transfer_config": once_more}

    def get_object_parameters(self, name: str) -> dict[str, str]:
        """What browsers are told of a file: what it is, and to ask whether it is still public."""
        kind = mimetypes.guess_type(name, strict=False)[0]
        return {"CacheControl": "no-cache", "ContentType": kind or "application/octet-stream"}

    def _open(self, name: str, mode: str = "rb") -> ContentFile:
        """The whole file: images are small, and nothing fails any more once one has it."""
        with _told_as_files_are(), super()._open(name, mode) as file:
            return ContentFile(file.read(), name=name)

    def _save(self, name: str, content: Any) -> str:
        with _told_as_files_are():
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with _told_as_files_are():
            super().delete(name)

    def exists(self, name: str) -> bool:
        with _told_as_files_are():
            return super().exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with _told_as_files_are():
            return super().listdir(path)

    def size(self, name: str) -> int:
        with _told_as_files_are():
            return super().size(name)

    def get_modified_time(self, name: str) -> datetime:
        with _told_as_files_are():
            return super().get_modified_time(name)

    def used(self, folder: str) -> int:
        """How many bytes a folder holds: one call for each thousand of its files."""
        with _told_as_files_are():
            return sum(found.size for found in self.bucket.objects.filter(Prefix=f"{folder}/"))
