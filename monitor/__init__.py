"""Cement monitor: watches bone-cement injection on a C-arm's video. For research and training."""

__version__ = "0.1.0"
