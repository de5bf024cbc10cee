"""Pixels to measurements."""
