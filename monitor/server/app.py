"""The web application: the page, its feed, its health."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.staticfiles import StaticFiles

from monitor import __version__
from monitor.domain import Act
from monitor.server.client import Client
from monitor.server.health import Health, health
from monitor.server.hub import Hub

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
        "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
DESCRIPTION = """\
The page talks over one WebSocket, /feed.

From the server, as text: one "snapshot" {number: 0, page}, then "delta" {number, page} with the keys of the page that \
changed, numbered without a gap; "beat" {t_s, age_s} every heartbeat, to be answered with "pong"; "refused" {text} for \
a message that isn't understood. As binary, pictures: length of the head (uint32, big-endian), head (JSON: frame, t_s, \
beam, view, box, overlay), JPEG; the next one comes only after "shown".

From the page, as text: {"type": "acknowledge", "alert": id}, {"type": "tap", "point": [x, y]} in frame pixels, \
{"type": "say_view", "view": "ap" or "lateral"}, {"type": "accept_outline", "view": "ap" or "lateral"}, \
{"type": "move_corner", "name": "superior_anterior" or the like, "point": [x, y]}, \
{"type": "name_level", "level": "L1", "point": [x, y] or left out for the target}, \
{"type": "note_volume", "ml": number}, {"type": "shown", "frame": n}, \
{"type": "pong", "sound": bool, "awake": bool}.\
"""


def create_app(hub: Hub, say: Callable[[Act], None], start: Callable[[], None]) -> FastAPI:
    """The application; ``start`` is called once the event loop runs, ``say`` with everything people do."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        pictures = asyncio.create_task(hub.make_pictures())
        start()
        yield
        pictures.cancel()
        with suppress(asyncio.CancelledError):
            await pictures

    app = FastAPI(
        title="Cement monitor", description=DESCRIPTION, version=__version__,
        docs_url=None, redoc_url=None, lifespan=lifespan,
    )  # fmt: skip

    @app.middleware("http")
    async def add_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/healthz", responses={503: {"model": Health, "description": "No frames come, or the analysis failed."}})
    async def healthz(response: Response) -> Health:
        """Whether frames come and pages show them. 503 when no frames come or the analysis failed."""
        now = health(hub)
        response.status_code = 503 if now.status in {"stale", "failed"} else 200
        return now

    @app.websocket("/feed")
    async def feed(socket: WebSocket) -> None:
        if not _same_origin(socket):
            await socket.close(1008, "the page must come from this server")
            return
        await Client(socket, hub, say).run()

    app.mount("/", StaticFiles(directory=STATIC, html=True), name="page")
    return app


def _same_origin(socket: WebSocket) -> bool:
    """Browsers send the page's origin: another site's page must not acknowledge alerts here."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")
