"""Fluoroscopy of a procedure that never happened, with its truth; never imported by what runs at the bedside."""

from monitor.simulation.recording import simulate
from monitor.simulation.scenario import SCENARIOS
from monitor.simulation.still import Still, still

__all__ = ["SCENARIOS", "Still", "simulate", "still"]
