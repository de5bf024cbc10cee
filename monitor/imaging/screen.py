"""Stage 1: the fluoroscopic image within the captured screen, its layout and its polarity."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.config import ScreenSettings
from monitor.domain import Frame, Polygon
from monitor.imaging.screen_field import find_field
from monitor.imaging.screen_image import reduced, to_image
from monitor.imaging.screen_known import overlap, settle
from monitor.imaging.screen_layout import Blank, Screen
from monitor.imaging.screen_polarity import polarity_score
from monitor.imaging.screen_shape import Shape
from monitor.imaging.screen_text import find_text
from monitor.imaging.screen_watch import Thumbnail, colour_share, has_texture, to_grey

__all__ = ["Blank", "Screen", "ScreenReader", "reduced", "to_image"]

_SAME_FIELD = 0.96
_BORDER_SHARE = 0.008
_USUAL, _CONVINCED, _FLIP = 1.0, 5.0, 8.0
"""Evidence before the first image, evidence that settles the polarity, and that it takes to change a settled one."""


class ScreenReader:
    """Follows the screen's layout from frame to frame; looks closely only when something changed."""

    def __init__(self, settings: ScreenSettings) -> None:
        self._settings = settings
        self._known: list[tuple[tuple[int, ...], Screen]] = []
        self._current: Screen | Blank = Blank("no_image")
        self._last: Screen | None = None
        self._seen: Thumbnail | None = None
        self._judged: Thumbnail | None = None
        self._found_s = self._judged_s = self._colour_s = -np.inf
        self._evidence = _USUAL
        self._inverted = self._settled = False
        self._layouts = 0

    def update(self, frame: Frame) -> Screen | Blank:
        """Say where the image is on this frame."""
        thumbnail = Thumbnail.of(frame.pixels)
        if self._must_look(frame, thumbnail):
            self._seen, self._found_s = thumbnail, frame.t_s
            self._current = self._look(frame)
        if isinstance(self._current, Screen) and self._must_judge(frame, thumbnail):
            self._judged, self._judged_s = thumbnail, frame.t_s
            self._current = self._judge(frame, self._current)
        return self._current

    def turn_over(self, screen: Screen) -> Screen:
        """Take the other polarity for good: somebody knows what the image shows. ``screen`` is the current one."""
        self._evidence = np.inf if self._inverted else -np.inf
        self._current = self._flip(screen)
        return self._current

    def _must_look(self, frame: Frame, thumbnail: Thumbnail) -> bool:
        if frame.still or self._seen is None or not thumbnail.same_size(self._seen):
            return True
        recent = frame.t_s - self._found_s < self._settings.relook_s
        return thumbnail.differs(self._seen) and not (recent and isinstance(self._current, Screen))

    def _look(self, frame: Frame) -> Screen | Blank:
        """Find the field anew and recognise its layout."""
        pixels = frame.pixels
        grey = to_grey(pixels)
        found = find_field(grey, self._settings.min_field_share)
        if found is None:
            return Blank("no_image")
        if colour_share(pixels, found.outline) > self._settings.max_colour_share:
            self._colour_s = frame.t_s
        if frame.t_s - self._colour_s < self._settings.colour_memory_s or not has_texture(grey, found.outline):
            return Blank("not_fluoroscopy")
        return self._recognise(frame, found)

    def _recognise(self, frame: Frame, found: Shape) -> Screen:
        shape = frame.pixels.shape[:2]
        same_size = [screen for known_shape, screen in self._known if known_shape == shape]
        outline = found.outline
        if self._last in same_size and not frame.still:
            outline = settle(found, self._last.outline)
        self._last = next((s for s in same_size if overlap(s.outline, outline) > _SAME_FIELD), None)
        if self._last is None:
            self._last = self._learn(frame, outline)
        return self._last

    def _learn(self, frame: Frame, outline: Polygon) -> Screen:
        height, width = frame.pixels.shape[:2]
        x, y = (max(0, int(np.floor(v))) for v in outline.min(0))
        right, bottom = (int(np.ceil(v)) + 1 for v in outline.max(0))
        box = (x, y, min(right, width) - x, min(bottom, height) - y)
        mask = np.zeros((box[3], box[2]), np.uint8)
        cv2.fillConvexPoly(mask, np.round(outline - [x, y]).astype(np.int32), (1,))
        field = mask > 0
        field.setflags(write=False)
        factor = max(1, int(np.ceil(max(box[2:]) / (1.25 * self._settings.image_px))))
        self._layouts += 1
        screen = Screen(self._layouts, outline, box, field, _usable(frame, box, field, factor), factor, self._inverted)
        self._known.append(((height, width), screen))
        self._judged = None
        return screen

    def _must_judge(self, frame: Frame, thumbnail: Thumbnail) -> bool:
        if self._judged is None or not thumbnail.same_size(self._judged):
            return True
        wait = self._settings.judge_s if self._settled else self._settings.relook_s
        return frame.t_s - self._judged_s >= wait and thumbnail.differs_in_image(self._judged)

    def _judge(self, frame: Frame, screen: Screen) -> Screen:
        """Look for text again and add this image's evidence of polarity."""
        self._evidence += polarity_score(reduced(frame, screen), screen.usable)
        better = replace(screen, usable=_usable(frame, screen.box, screen.field, screen.factor))
        against = self._evidence if self._inverted else -self._evidence
        if against > (_FLIP if self._settled else 0.0):
            return self._flip(better)
        self._settled |= -against > _CONVINCED
        self._remember(better)
        return better

    def _flip(self, screen: Screen) -> Screen:
        """Take the other polarity; every layout told so far is void, unless this is the first image."""
        first = self._layouts == 1 and self._judged_s == self._found_s
        self._inverted = not self._inverted
        self._settled = abs(self._evidence) > _CONVINCED
        self._layouts += 0 if first else 1
        flipped = replace(screen, layout=self._layouts, inverted=self._inverted)
        self._known = [entry for entry in self._known if entry[1].layout == screen.layout]
        self._remember(flipped, screen.layout)
        return flipped

    def _remember(self, screen: Screen, was: int | None = None) -> None:
        self._last = screen
        layout = screen.layout if was is None else was
        self._known = [(shape, screen if old.layout == layout else old) for shape, old in self._known]


def _usable(frame: Frame, box: tuple[int, int, int, int], field: NDArray[np.bool_], factor: int) -> NDArray[np.bool_]:
    """The field without its border and without text, on the analysis grid."""
    x, y, width, height = box
    size = (width // factor, height // factor)
    rows, columns = slice(0, size[1] * factor), slice(0, size[0] * factor)
    text = find_text(frame.pixels[y : y + height, x : x + width])[rows, columns]
    inside = cv2.resize(field[rows, columns].astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99
    covered = cv2.resize(text.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.01
    margin = 2 * max(1, round(_BORDER_SHARE * max(size))) + 1
    kernel = np.ones((margin, margin), np.uint8)
    inner = cv2.erode(inside.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    usable = (inner > 0) & ~covered
    usable.setflags(write=False)
    return usable
