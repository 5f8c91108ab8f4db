/*
 * The codes of verdicts: part of every output format, and stable. A health gate that does not pass
 * because of the cluster has the code of the decision table's row instead (model/app_verdict.h).
 */
#ifndef SG_GATE_CODE_H
#define SG_GATE_CODE_H

#include "model/verdict.h"

/* X(NAME, state of the gate that says it, what it means) */
#define SG_GATE_CODES(X)                                                                           \
	X(OTHER_PHASE, LATER, "the gate is decided in the other phase")                            \
	X(NO_MERGE_REQUEST_YET, LATER, "approvals are counted when there is a merge request")      \
	X(BEFORE_UNREADABLE, WAIT, "the environment before cannot be read")                        \
	X(IMAGE_UNKNOWN, CLOSED, "the image to promote, or that of the files, cannot be told")     \
	X(OTHER_IMAGE, CLOSED, "the files of the environment before name another image")           \
	X(OLDER_IMAGE, CLOSED, "the environment before went back to an earlier image")             \
	X(ORDER_UNKNOWN, WAIT, "Git cannot tell which of two images came first")                   \
	X(IMAGE_NOT_SEEN, CLOSED, "the application is fine, and its image is not seen to run")     \
	X(HEALTHY, PASS, "the environment before runs it, Synced and Healthy")                     \
	X(SOAK_NOT_BEGUN, WAIT, "the environment before does not run it well yet")                 \
	X(SOAK_TIME_UNKNOWN, CLOSED, "the cluster does not say since when it runs")                \
	X(SOAKING, WAIT, "it has not run long enough yet")                                         \
	X(SOAKED, PASS, "it has run long enough")                                                  \
	X(APPROVALS_MISSING, WAIT, "too few people whose approval counts have approved")           \
	X(APPROVALS_UNREADABLE, CLOSED, "who approved, asked or may approve cannot be told")       \
	X(APPROVALS_NOT_ANSWERED, WAIT, "GitLab does not answer about approvals at the moment")    \
	X(NO_MERGE_REQUEST, CLOSED, "there is no merge request whose approvals could be counted")  \
	X(HEAD_MOVED, WAIT, "the merge request changed while its approvals were read")             \
	X(APPROVED, PASS, "enough people have approved this very change")                          \
	X(FROZEN, WAIT, "a freeze period holds")                                                   \
	X(FREEZE_UNREADABLE, CLOSED, "the freeze periods cannot be read or understood")            \
	X(FREEZE_NOT_ANSWERED, WAIT, "GitLab does not answer about freezes at the moment")         \
	X(NOT_FROZEN, PASS, "no freeze period holds")

enum sg_gate_code {
#define SG_X(name, state, text) SG_GATE_CODE_##name,
	SG_GATE_CODES(SG_X)
#undef SG_X
};

const char *sg_gate_code_name(enum sg_gate_code code);
enum sg_gate_state sg_gate_code_state(enum sg_gate_code code);
const char *sg_gate_code_text(enum sg_gate_code code);
int sg_gate_code_count(void);

#endif
