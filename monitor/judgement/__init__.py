"""Measurements to meaning: increments, leaks, alerts. No pixels here."""
