"""Memory of this process."""

import resource
import sys


def peak_mib() -> float:
    """Largest resident size so far, MiB. The system counts it in KiB, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10
