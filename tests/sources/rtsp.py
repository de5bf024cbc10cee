"""A small RTSP server (RFC 2326, RTP over its own TCP connection) for one viewer at a time; FFmpeg makes the RTP."""

import socket
import subprocess
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Self

_DISCARD = 9  # the port whose packets nobody reads (RFC 863)
_FFMPEG_STARTS_S = 20.0
_ANSWERS = {
    "OPTIONS": "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n",
    "SETUP": "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
    "PLAY": "Session: 1\r\n",
}


class RtspServer:
    """Plays a video to whoever asks for it, over and over, until the ``with`` block ends."""

    def __init__(self, video: Path, port: int = 0) -> None:
        self._video = video
        self._port = port

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self._port))
        self._stopped = Event()
        self._connection: socket.socket | None = None
        self.port = int(self._listener.getsockname()[1])
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.hang_up()
        self._thread.join()

    def hang_up(self) -> None:
        """Break the connection to the viewer."""
        if self._connection is not None:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while not self._stopped.is_set():
            with suppress(OSError):  # the viewer, or the test, hung up
                self._connection, _ = self._listener.accept()
                with self._connection:
                    self._talk(self._connection)

    def _talk(self, connection: socket.socket) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as rtp, connection.makefile("rb") as asked:
            rtp.bind(("127.0.0.1", 0))
            rtp.settimeout(_FFMPEG_STARTS_S)
            while line := asked.readline().decode():
                headers = dict(h.split(": ", 1) for h in iter(lambda: asked.readline().decode().strip(), ""))
                method = line.split()[0]
                connection.sendall(self._answer(method, headers["CSeq"]))
                if method == "PLAY":
                    self._play(connection, rtp)
                    return

    def _answer(self, method: str, number: str) -> bytes:
        head = f"RTSP/1.0 200 OK\r\nCSeq: {number}\r\n{_ANSWERS.get(method, '')}"
        if method != "DESCRIBE":
            return f"{head}\r\n".encode()
        sdp = self._described()
        return f"{head}Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}".encode()

    def _described(self) -> str:
        """The session as FFmpeg describes it, with a path of its own for the stream."""
        command = self._ffmpeg(_DISCARD, "-t", "0.1")
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return told[told.index("v=0") :].strip() + "\r\na=control:stream\r\n"

    def _play(self, connection: socket.socket, rtp: socket.socket) -> None:
        process = subprocess.Popen(
            self._ffmpeg(rtp.getsockname()[1]), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        try:
            while not self._stopped.is_set():
                packet = rtp.recv(65536)
                connection.sendall(b"$\0" + len(packet).to_bytes(2, "big") + packet)
        finally:
            process.kill()
            process.wait()

    def _ffmpeg(self, port: int, *limits: str) -> list[str]:
        source = ["ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", str(self._video)]
        return [*source, "-c", "copy", *limits, "-f", "rtp", f"rtp://127.0.0.1:{port}?rtcpport={_DISCARD}"]
