"""Measurements to meaning: increments, leaks, alerts. No pixels here."""

from monitor.judgement.judgement import Judgement

__all__ = ["Judgement"]
