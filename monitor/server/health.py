"""How the server is doing, for ``/healthz``."""

from typing import Literal

import numpy as np
from pydantic import BaseModel, Field

from monitor.server.hub import Hub


class ClientHealth(BaseModel):
    """One connected page."""

    silent_s: float = Field(description="Time since it last answered, s.")
    sound: bool = Field(description="Whether a person armed its alarm sound.")
    awake: bool = Field(description="Whether it keeps its screen from sleeping.")


class Latency(BaseModel):
    """From a frame's arrival at the monitor to a page's word that it is shown, s; over the last pictures."""

    pictures: int
    p50_s: float
    p95_s: float
    p99_s: float
    max_s: float


class Health(BaseModel):
    """State of the server."""

    status: Literal["running", "stale", "ended", "failed"] = Field(
        description="stale: no frame for longer than server.stale_s; ended: the recording is over; failed: see fault."
    )
    fault: str | None
    frame: int | None = Field(description="Index of the newest frame.")
    last_frame_age_s: float
    clients: list[ClientHealth]
    latency: Latency | None = Field(description="None until a page has shown a picture.")


def health(hub: Hub) -> Health:
    """How the server is doing now."""
    return Health(
        status=_status(hub),
        fault=hub.session.fault,
        frame=hub.frame,
        last_frame_age_s=round(hub.age_s(), 3),
        clients=[ClientHealth.model_validate(client.report()) for client in hub.clients],
        latency=_latency(list(hub.latencies_s)),
    )


def _status(hub: Hub) -> Literal["running", "stale", "ended", "failed"]:
    if hub.session.fault is not None:
        return "failed"
    if hub.session.ended:
        return "ended"
    return "stale" if hub.age_s() > hub.settings.stale_s else "running"


def _latency(samples_s: list[float]) -> Latency | None:
    if not samples_s:
        return None
    p50, p95, p99 = (round(float(value), 4) for value in np.percentile(samples_s, [50, 95, 99]))
    return Latency(pictures=len(samples_s), p50_s=p50, p95_s=p95, p99_s=p99, max_s=round(max(samples_s), 4))
