"""What each trigger means: its code, priority, words and action. Fixed here; thresholds are in the settings."""

from dataclasses import dataclass

from monitor.domain import Priority, View, Wall, Zone

CANAL = "leak_canal"
VENOUS = "venous_spread"
NEEDLE_TRACK = "needle_track"
NUMBNESS = "ask_numbness"

PAUSE_S = 30.0
_PAUSE = f"Pause {PAUSE_S:.0f} s, then re-inject slowly, or end."
_LEAK_WORDS: dict[Zone, tuple[str, str]] = {
    Zone.DISC_SUPERIOR: ("Cement in the upper disc", _PAUSE),
    Zone.DISC_INFERIOR: ("Cement in the lower disc", _PAUSE),
    Zone.ANTERIOR: ("Cement in front of the body", _PAUSE),
    Zone.LEFT: ("Cement beside the body, left in the image", _PAUSE),
    Zone.RIGHT: ("Cement beside the body, right in the image", _PAUSE),
    Zone.NEEDLE_TRACK: (
        "Cement along the cannula",
        "Look AP: is it in the canal? Clear the sleeve before pulling it out.",
    ),
}
_WALL_WORDS: dict[Wall, str] = {
    Wall.POSTERIOR: "the posterior wall",
    Wall.ANTERIOR: "the anterior wall",
    Wall.SUPERIOR: "the upper endplate",
    Wall.INFERIOR: "the lower endplate",
    Wall.LEFT: "the wall on the left of the image",
    Wall.RIGHT: "the wall on the right of the image",
}
_BEYOND: dict[Wall, Zone] = {
    Wall.POSTERIOR: Zone.POSTERIOR,
    Wall.ANTERIOR: Zone.ANTERIOR,
    Wall.SUPERIOR: Zone.DISC_SUPERIOR,
    Wall.INFERIOR: Zone.DISC_INFERIOR,
    Wall.LEFT: Zone.LEFT,
    Wall.RIGHT: Zone.RIGHT,
}
TECHNICAL_WORDS: dict[str, tuple[str, str]] = {
    "no_signal": ("No picture from the C-arm.", "Watch the C-arm's own screen; check the video cable."),
    "no_image": ("No fluoroscopic image on the screen.", "Show the live image; check the video cable and input."),
    "not_fluoroscopy": ("This isn't a fluoroscopic image.", "Check that the C-arm's picture is on this input."),
    "corrupt": ("Part of the video was damaged.", "What happened then was not judged; look again."),
    "truncated": ("The video ended early.", "What came after was not judged."),
    "frozen": ("The picture stands still; it may be old.", "Watch the C-arm's own screen; check the video cable."),
    "view_unknown": ("Can't tell AP from lateral.", "Say which view it is; watch for leaks yourself."),
    "no_outline": ("Can't find the target body.", "Tap the target body on the image; watch for leaks yourself."),
    "tracking_lost": ("Lost the target body.", "Watch for leaks yourself; take a still shot or tap the body again."),
    "degraded": ("The picture is too poor to judge.", "Watch for leaks yourself; clear the field or raise the dose."),
    "target_unused": ("A target of case.yaml was never tapped.", "Name a frame of a shot in that view."),
    "uncalibrated": ("Sizes are not in mm yet.", "Set the scale from a known object."),
}


@dataclass(frozen=True, slots=True)
class Trigger:
    """A cause for an alert; ``code`` names the cause, one alert is active per code."""

    code: str
    priority: Priority
    text: str
    action: str
    pause_s: float = 0.0


def leak_code(zone: Zone, venous: bool) -> str:
    """Name the cause a leak belongs to.

    The canal covers ``posterior`` and ``foramen``, and stays the cause there when the leak is venous: its action
    (do not resume) is the stricter one.
    """
    if zone in (Zone.POSTERIOR, Zone.FORAMEN):
        return CANAL
    if venous:
        return VENOUS
    return NEEDLE_TRACK if zone is Zone.NEEDLE_TRACK else f"leak_{zone.value}"


def leak(zone: Zone, venous: bool, level: str | None, grown_to_mm2: float | None = None) -> Trigger:
    """Cement outside the body; ``grown_to_mm2`` where the alert speaks up again because it has grown."""
    code = leak_code(zone, venous)
    grown = "" if grown_to_mm2 is None else f" It has grown to {grown_to_mm2:.0f} mm²."
    at = f", {level}" if level else ""
    if code == CANAL:
        action = "Stop. Do not resume. CT if possible; watch leg function."
        return Trigger(code, Priority.HIGH, f"STOP. Cement behind the posterior wall{at}.{grown}", action)
    if code == VENOUS:
        action = "Stop at once; let it thicken before any more."
        return Trigger(code, Priority.HIGH, f"STOP. Cement is running along a vein.{grown}", action)
    words, action = _LEAK_WORDS[zone]
    place = words if zone is Zone.NEEDLE_TRACK else words + at
    return Trigger(code, Priority.MEDIUM, f"{place}.{grown}", action, PAUSE_S if action == _PAUSE else 0.0)


def near_wall_code(wall: Wall) -> str:
    """Name the cause that is the bolus' front near this wall."""
    return f"near_wall_{wall.value}"


def breach_code(wall: Wall) -> str:
    """Name the cause that takes over from nearing this wall once cement is through it."""
    return leak_code(_BEYOND[wall], venous=False)


def near_wall(wall: Wall, gap_mm: float, before: tuple[float, float] | None, close: bool) -> Trigger:
    """The front is near a wall; ``before`` is (ml given since, gap in mm then); ``close``: medium rather than low."""
    ago = "" if before is None else f", {before[0]:.1f} ml ago {_mm(before[1])} mm"
    text = f"{_mm(gap_mm)} mm from {_WALL_WORDS[wall]}{ago}."
    priority = Priority.MEDIUM if close else Priority.LOW
    return Trigger(near_wall_code(wall), priority, text, "Slow down; look before each push.")


def _mm(length_mm: float) -> str:
    """To a tenth, as people say it: 3.5, 6."""
    return f"{round(length_mm, 1):g}"


def numbness() -> Trigger:
    """An increment was given."""
    return Trigger(NUMBNESS, Priority.LOW, "Ask about leg numbness.", "Tick when asked. New numbness or pain: stop.")


def view_not_seen_code(view: View) -> str:
    """Name the cause that is cement given without a look in this view."""
    return f"view_not_seen_{view.value}"


def view_not_seen(view: View, ml: float) -> Trigger:
    """``ml`` went in since the last shot in this view."""
    name, article = ("AP", "an AP") if view is View.AP else ("Lateral", "a lateral")
    return Trigger(view_not_seen_code(view), Priority.LOW, f"{name} not seen for {ml:.1f} ml.", f"Take {article} shot.")


def technical_code(condition: str) -> str:
    """Name the cause that is a technical condition."""
    return f"technical_{condition}"


def technical(condition: str, injecting: bool) -> Trigger:
    """The monitor can't judge; medium while cement is being injected."""
    fallback = (f"The monitor can't judge: {condition.replace('_', ' ')}.", "Watch for leaks yourself.")
    text, action = TECHNICAL_WORDS.get(condition, fallback)
    return Trigger(technical_code(condition), Priority.MEDIUM if injecting else Priority.LOW, text, action)
