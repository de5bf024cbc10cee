"""Fluoroscopy of a procedure that never happened, with its truth."""
