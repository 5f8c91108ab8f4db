"""Every module with routes or ctl words of the simulated GitLab: importing this one registers them all."""

from . import gl_branch, gl_commit, gl_deploy, gl_file, gl_freeze, gl_member, gl_project, gl_protect, gl_repo, gl_user  # noqa: F401
from . import gl_approval, gl_graphql, gl_job, gl_life, gl_mr_api, gl_mr_ctl, gl_mr_merge, gl_notes  # noqa: F401
from . import gl_pipeline, gl_push, gl_status, gl_train  # noqa: F401
