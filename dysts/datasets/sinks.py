"""Destinations of a transfer: memory, or a file that a later call continues."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from dysts.datasets.transfer import Stream
from dysts.errors import StorageError

BLOCK = 2**18
"""Bytes that are read at once."""


class Sink(Protocol):
    """Where the bytes of a transfer go."""

    kept: bool

    def size(self) -> int:
        """Return the number of bytes that are there."""

    def clear(self) -> None:
        """Begin anew."""

    def take(self, stream: Stream, position: int) -> None:
        """Take up a stream that starts at a position, behind the beginning or before it."""


class Memory:
    """At most so many bytes in memory."""

    kept = False

    def __init__(self, most: int) -> None:
        self.content = bytearray()
        self.most = most

    def size(self) -> int:
        """Return the number of bytes that are there."""
        return len(self.content)

    def clear(self) -> None:
        """Begin anew."""
        self.content.clear()

    def take(self, stream: Stream, position: int) -> None:
        """Take up a stream that starts at a position, behind the beginning or before it."""
        del self.content[max(0, position) :]
        before = max(0, -position)
        while before:
            block = stream.read(min(BLOCK, before))
            if not block:
                return
            before -= len(block)
        while len(self.content) < self.most:
            block = stream.read(min(BLOCK, self.most - len(self.content)))
            if not block:
                return
            self.content += block


class PartFile:
    """A file that receives the bytes and is kept if the transfer fails."""

    kept = True

    def __init__(self, path: Path, most: int, address: str, report: Callable[[int], None] | None) -> None:
        self.path = path
        self.most = most
        self.address = address
        self.report = report

    def size(self) -> int:
        """Return the number of bytes that are there."""
        return self.path.stat().st_size

    def clear(self) -> None:
        """Begin anew."""
        os.truncate(self.path, 0)

    def take(self, stream: Stream, position: int) -> None:
        """Take up a stream that starts at a position.

        Raises
        ------
        StorageError
            If it brings more bytes than the file may have.
        """
        with self.path.open("r+b") as file:
            file.truncate(position)
            file.seek(position)
            there = position
            while block := stream.read(BLOCK):
                there += len(block)
                if there > self.most:
                    raise StorageError(f"{self.address} has more than the {self.most} bytes of the catalogue")
                file.write(block)
                file.flush()
                if self.report:
                    self.report(there)
