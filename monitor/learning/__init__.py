"""Training of the networks that know vertebrae when they see them. Needs the extra ``learn`` (PyTorch)."""
