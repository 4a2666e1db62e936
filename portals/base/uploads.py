"""Uploads are cut while they arrive: what nobody asked for is not kept at all, and of a file no more than is allowed."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from registry.workers.operations.photos import MOST_PHOTO_BYTES


class NoMoreThanAllowed(FileUploadHandler):
    """Stands before those that keep files. Of a file that is too long one byte too many is kept: so its form says so."""

    def new_file(self, *args: Any, **more: Any) -> None:
        """Begin a file, or skip it where the page takes none."""
        super().new_file(*args, **more)
        match = self.request.resolver_match if self.request else None
        if not getattr(match and match.func, "takes_files", False):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Hand on what is allowed."""
        room = MOST_PHOTO_BYTES + 1 - start
        return raw_data[:room] if room > 0 else None

    def file_complete(self, file_size: int) -> None:
        """Keep nothing here."""
