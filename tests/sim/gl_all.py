"""Every module with routes or ctl words of the simulated GitLab: importing this one registers them all."""

from . import gl_user, gl_project  # noqa: F401
