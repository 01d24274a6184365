"""Where the gates keep static files: as for real, but compressed only where pages need them."""

from collections.abc import Iterable, Iterator

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Compressing what Django's admin and others bring takes longer than all the rest of the stage."""

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        return super().compress_files({path for path in paths if path.startswith("portal/")})
