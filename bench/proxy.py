"""A way to the search server that can be closed: it lets through, hangs, refuses or resets."""

import socket
import struct
import threading
from contextlib import suppress
from typing import Literal, Self

from support.processes import free_port

Mood = Literal["pass", "hang", "refuse", "reset"]
_CHUNK = 65_536
# A socket closed with this says « reset » instead of « goodbye ».
_ABRUPT = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on loopback before the server of that port."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self.port = free_port()
        self._mood: Mood = "pass"
        # Changes with the mood: a connection of another time is never served again.
        self._era = 0
        self._open: list[socket.socket] = []
        self._listen()

    @property
    def url(self) -> str:
        """Where the service believes the server to be."""
        return f"http://127.0.0.1:{self.port}"

    def behave(self, mood: Mood) -> None:
        """From now on do this. Connections made before are cut, or left without a word when it
        hangs.
        """
        former, self._mood, self._era = self._mood, mood, self._era + 1
        if mood == "refuse":
            _end(self._listening)
        elif former == "refuse":
            self._listen()
        if mood in ("refuse", "reset"):
            self._cut()

    def _listen(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port), backlog=128)
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                with suppress(OSError):
                    self._receive(client)

    def _receive(self, client: socket.socket) -> None:
        if self._mood == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABRUPT)
            client.close()
            return
        self._open.append(client)
        if self._mood == "pass":
            server = socket.create_connection(("127.0.0.1", self._server_port))
            self._open.append(server)
            for pair in ((client, server), (server, client)):
                threading.Thread(target=self._carry, args=(*pair, self._era), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, era: int) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                if self._era != era:
                    return
                target.sendall(chunk)
        # A side that has said all closes both ways: each question has a connection of its own.
        if self._era == era:
            _end(source)
            _end(target)

    def _cut(self) -> None:
        opened, self._open = self._open, []
        for one in opened:
            _end(one)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._era += 1
        _end(self._listening)
        self._cut()


def _end(one: socket.socket) -> None:
    # `close` alone would not wake a thread that waits on it.
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
