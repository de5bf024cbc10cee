"""Which view an image shows when nothing is known of it."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import exp
from typing import Any

from monitor.domain import Image, View
from monitor.imaging.view_features import ViewFeatures, view_features


@dataclass(frozen=True, slots=True)
class ViewGuess:
    """A view and the probability that it is right."""

    view: View
    probability: float


def classify_view(image: Image) -> ViewGuess:
    """Guess the view of an image from the picture alone; UNKNOWN where it shows no spine.

    Two logistic models on ``ViewFeatures``: is this a spine, and if so, is it seen from the side. ``models/view`` says
    how they were fitted and how far their probabilities hold.
    """
    features = view_features(image)
    if features is None:
        return ViewGuess(View.UNKNOWN, 1.0)
    spine, lateral = (_probability(question, features) for question in ("spine", "lateral"))
    if spine < 0.5:
        return ViewGuess(View.UNKNOWN, 1 - spine)
    return ViewGuess(View.LATERAL, spine * lateral) if lateral >= 0.5 else ViewGuess(View.AP, spine * (1 - lateral))


def _probability(question: str, features: ViewFeatures) -> float:
    fitted = _fitted()[question]
    odds = fitted["offset"] + sum(weight * getattr(features, name) for name, weight in fitted["weights"].items())
    return 1 / (1 + exp(-max(min(odds, 30.0), -30.0)))


@cache
def _fitted() -> dict[str, dict[str, Any]]:
    text = resources.files(__package__).joinpath("view_logistic.json").read_text(encoding="utf-8")
    fitted: dict[str, dict[str, Any]] = json.loads(text)
    return fitted
