"""Every module with routes or ctl words of the simulated GitLab: importing this one registers them all."""

from . import gl_user, gl_project  # noqa: F401
from . import gl_approval, gl_life, gl_mr_api, gl_mr_ctl, gl_notes, gl_pipeline, gl_status  # noqa: F401
