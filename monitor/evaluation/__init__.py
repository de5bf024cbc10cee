"""Results against truth."""

from monitor.evaluation.bars import BARS, Bar
from monitor.evaluation.figures import FIGURES, Figure
from monitor.evaluation.results import Results, parse_results, read_results
from monitor.evaluation.sample import CaseScore, Sample
from monitor.evaluation.scoring import score
from monitor.evaluation.statistics import Estimate
from monitor.evaluation.truth import Truth, parse_truth, read_truth

__all__ = [
    "BARS",
    "FIGURES",
    "Bar",
    "CaseScore",
    "Estimate",
    "Figure",
    "Results",
    "Sample",
    "Truth",
    "parse_results",
    "parse_truth",
    "read_results",
    "read_truth",
    "score",
]
