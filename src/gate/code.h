/*
 * The codes of verdicts: part of every output format, and stable. A health gate that does not pass
 * because of the cluster has the code of the decision table's row instead (model/app_verdict.h).
 */
#ifndef SG_GATE_CODE_H
#define SG_GATE_CODE_H

/* X(NAME, what it means, for the documentation) */
#define SG_GATE_CODES(X)                                                                           \
	X(OTHER_PHASE, "the gate is decided in the other phase")                                   \
	X(NO_MERGE_REQUEST, "approvals are counted when there is a merge request")                 \
	X(BEFORE_UNREADABLE, "the environment before cannot be read")                              \
	X(IMAGE_UNKNOWN, "nobody can tell which image is promoted, or which the files name")       \
	X(OTHER_IMAGE, "the files of the environment before name another image")                   \
	X(OLDER_IMAGE, "the environment before went back to an image from before this one")        \
	X(ORDER_UNKNOWN, "Git cannot tell which of two images came first")                         \
	X(IMAGE_NOT_SEEN, "the application is fine, and the image was not seen to run")            \
	X(HEALTHY, "the environment before runs it, Synced and Healthy")                           \
	X(SOAK_NOT_BEGUN, "the environment before does not run it well yet")                       \
	X(SOAK_TIME_UNKNOWN, "the cluster does not say since when it runs")                        \
	X(SOAKING, "it has not run long enough yet")                                               \
	X(SOAKED, "it has run long enough")                                                        \
	X(APPROVALS_MISSING, "too few people whose approval counts have approved")                 \
	X(APPROVALS_UNREADABLE, "who approved, who asked or who may approve cannot be told")       \
	X(HEAD_MOVED, "the merge request changed while its approvals were read")                   \
	X(APPROVED, "enough people have approved this very change")                                \
	X(FROZEN, "a freeze period holds")                                                         \
	X(FREEZE_UNREADABLE, "the freeze periods cannot be read or understood")                    \
	X(NOT_FROZEN, "no freeze period holds")

enum sg_gate_code {
#define SG_X(name, text) SG_GATE_CODE_##name,
	SG_GATE_CODES(SG_X)
#undef SG_X
};

const char *sg_gate_code_name(enum sg_gate_code code);
const char *sg_gate_code_text(enum sg_gate_code code);
int sg_gate_code_count(void);

#endif
