/*
 * The codes that a run says of itself: how it ended where no error, verdict or step of a promotion
 * names it, and the warnings. Part of every output format, and stable.
 */
#ifndef SG_MODEL_OUTCOME_H
#define SG_MODEL_OUTCOME_H

/* X(NAME, exit code, what it means) */
#define SG_OUTCOMES(X)                                                                             \
	X(COMMITTED, 0, "a commit with the change is on the branch")                               \
	X(NOTHING_TO_DO, 0, "it stands there already; nothing was written")                        \
	X(PLANNED, 0, "a dry run; nothing was written")                                            \
	X(GATES_OPEN, 0, "all gates are open")                                                     \
	X(BOARD, 0, "the whole board could be read")                                               \
	X(BOARD_INCOMPLETE, 0, "some of the board could not be read")                              \
	X(MR_OPEN, 0, "the merge request is open")                                                 \
	X(MR_MERGED, 0, "the merge request is merged")                                             \
	X(MR_CLOSED, 0, "the merge request is closed")                                             \
	X(MR_LIST, 0, "the open merge requests are listed")                                        \
	X(MR_LIST_INCOMPLETE, 0, "some of the open merge requests could not be read")              \
	X(MR_NONE, 1, "no merge request of ours is open")                                          \
	X(MR_NOT_MERGED, 1, "the merge request was closed without a merge")                        \
	X(MR_MERGED_ALREADY, 1, "the merge request was merged and cannot be closed")               \
	X(WRITTEN, 0, "files were written into the local folder")                                  \
	X(FINDINGS, 3, "check found errors")                                                       \
	X(NOT_READY, 1, "doctor found errors in the live systems")

enum sg_outcome {
#define SG_X(name, code, text) SG_OUTCOME_##name,
	SG_OUTCOMES(SG_X)
#undef SG_X
};

const char *sg_outcome_name(enum sg_outcome outcome);
const char *sg_outcome_text(enum sg_outcome outcome);
int sg_outcome_exit(enum sg_outcome outcome);
int sg_outcome_count(void);

/* X(NAME, what it means). A warning changes no exit code. */
#define SG_WARNINGS(X)                                                                             \
	X(CHANGED_SINCE, "somebody has changed these values again since")                          \
	X(WENT_BACK, "an older version took the place of a newer one, as --allow-older says")      \
	X(CAME_BETWEEN,                                                                            \
		"somebody changed the same file in the last moment; both changes are there")       \
	X(VIA_GIT, "merge requests and promotions go by Git, whatever publish.via says")           \
	X(MR_NOT_SEEN, "whether the merge request is still open cannot be seen")                   \
	X(MR_STYLE_LEFT_OUT, "a push cannot say all that merge_request: asks for")                 \
	X(SHARED_VALUE, "another place changed, too, through an anchor")                           \
	X(IMAGE_NOT_CHECKED, "no image was expected")                                              \
	X(REVISION_NOT_COMPARED, "what runs says no revision")                                     \
	X(IMAGE_NOT_SEEN, "no running pod shows the wanted image")                                 \
	X(NEEDS_PRUNE, "resources are left over that nobody prunes")                               \
	X(READ_ONLY, "no refresh could be asked for")                                              \
	X(SYNC_NOT_PERMITTED, "no sync could be started")                                          \
	X(ROLLOUT_NOT_PERMITTED, "no Rollout could be resumed or aborted")                         \
	X(POLLING, "the application may not be watched")                                           \
	X(BESIDE_UNREADABLE, "what stands beside the application cannot be read")                  \
	X(WORKLOADS_UNREADABLE, "the workloads of the application may not be read")                \
	X(DEPLOYMENT_NOT_RECORDED, "GitLab could not be told of a deployment")                     \
	X(DOTENV_LEFT_OUT, "a value is not in the dotenv report")                                  \
	X(SAMPLE_IMAGES, "the files name images of a registry that does not exist")                \
	X(BRANCH_KEPT, "the branch stays: it carries what is not ours, or is in use")              \
	X(NO_GITLAB, "there is no GitLab that could be asked for merge requests")

enum sg_warning {
#define SG_X(name, text) SG_WARNING_##name,
	SG_WARNINGS(SG_X)
#undef SG_X
};

const char *sg_warning_name(enum sg_warning warning);
const char *sg_warning_text(enum sg_warning warning);
int sg_warning_count(void);

#endif
