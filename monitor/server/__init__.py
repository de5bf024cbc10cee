"""The bedside page and its feed."""
