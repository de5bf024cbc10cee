"""The bedside page and its feed."""

from monitor.server.runner import Analyser
from monitor.server.serve import serve

__all__ = ["Analyser", "serve"]
