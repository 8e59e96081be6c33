"""What is uploaded stays in memory and never touches the disk unsealed."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, StopUpload

from pathways.domain.identification.taking_in import MOST_UPLOADED

#: the address under which whole extracts are uploaded, by somebody who is signed in
LARGE = "/take-in/"
USUAL = 2_500_000


class InMemory(MemoryFileUploadHandler):
    """Keeps a file in memory. One that is too large is dropped, and the page can say so."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        user = getattr(self.request, "user", None)
        is_large = (
            self.request is not None
            and self.request.path.startswith(LARGE)
            and user is not None
            and user.is_authenticated
        )
        self.activated = content_length <= (MOST_UPLOADED if is_large else USUAL)
        if not self.activated and self.request is not None:
            self.request.upload_too_large = True  # type: ignore[attr-defined]

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        if not self.activated:
            raise StopUpload(connection_reset=False)
        return super().receive_data_chunk(raw_data, start)
