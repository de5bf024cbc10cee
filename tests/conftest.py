"""What holds for every test: no test asserts a time, so none has a deadline; CI draws the same examples every time."""

import os

from hypothesis import settings

settings.register_profile("project", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("project")
