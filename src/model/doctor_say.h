/* How a check of `doctor` says what it found. Inside model/ only. */
#ifndef SG_MODEL_DOCTOR_SAY_H
#define SG_MODEL_DOCTOR_SAY_H

#include "base/buf.h"
#include "model/doctor.h"

struct sg_doctor_pass {
	const struct sg_doctor_facts *facts;
	struct sg_arena *arena;
	struct sg_findings *findings;
};

/* The fault of CHECK, with the table's severity and remedy. SUBJECT may be NULL. */
void sg_doctor_fault(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const char *fmt, ...) SG_PRINTF(4, 5);

/* The same with a severity of its own. */
void sg_doctor_say(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	enum sg_severity severity, const char *subject, const char *fmt, ...) SG_PRINTF(5, 6);

/* Looked at, and right. */
void sg_doctor_ok(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const char *fmt, ...) SG_PRINTF(4, 5);

/* Not looked at, and why. */
void sg_doctor_unseen(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const char *why);

/*
 * True when SEEN is known. Else the check has said that it could not be made: a note for what was
 * not asked (nothing when there was nothing to ask), a fault for what failed when FATAL.
 */
bool sg_doctor_known(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_seen *seen, bool fatal);

/* The fault of a question that failed, in the words and with the advice of its error. */
void sg_doctor_failed(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_seen *seen);

/* A clock beside ours. */
void sg_doctor_clock(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_server *server);

/* By which way a server is reached. */
void sg_doctor_way(
	const struct sg_doctor_pass *pass, const char *subject, const char *url, const char *proxy);

/* "a, b, c and 4 more": names one after the other. A zeroed value is empty. */
struct sg_doctor_names {
	const char *text; /* NULL: none so far */
	size_t count;
};
void sg_doctor_name(
	const struct sg_doctor_pass *pass, struct sg_doctor_names *names, const char *name);
/* Never NULL. */
const char *sg_doctor_names_text(
	const struct sg_doctor_pass *pass, const struct sg_doctor_names *names);

/* What one rule says of one of several. */
enum sg_doctor_judgement {
	SG_DOCTOR_RIGHT,
	SG_DOCTOR_WRONG,
	SG_DOCTOR_OPEN,  /* it cannot be said */
	SG_DOCTOR_BESIDE /* there is nothing to say */
};

/* What one rule says of all of them. A zeroed value is empty. */
struct sg_doctor_tally {
	struct sg_doctor_names wrong, open;
	size_t right;
};

/* DETAIL, of what is wrong or open, may be NULL. */
void sg_doctor_count(const struct sg_doctor_pass *pass, struct sg_doctor_tally *tally,
	enum sg_doctor_judgement judgement, const char *name, const char *detail);

/* A finding for what is wrong ("FAULT a, b"), else for what is right; one for what is open. */
void sg_doctor_tell(const struct sg_doctor_pass *pass, enum sg_doctor_check check,
	const char *subject, const struct sg_doctor_tally *tally, const char *fault,
	const char *right);

/* Is SCOPE among those of the token, as far as they are known? */
bool sg_doctor_has_scope(const struct sg_doctor_token *token, const char *scope);

/* doctor_machine.c, doctor_token.c, doctor_project.c, doctor_signing.c, doctor_publish.c,
 * doctor_branch.c, doctor_people.c, doctor_cluster.c, doctor_app.c, doctor_flux.c,
 * doctor_plain.c */
void sg_doctor_judge_machine(const struct sg_doctor_pass *pass);
void sg_doctor_judge_gitlab(const struct sg_doctor_pass *pass);
void sg_doctor_judge_project(const struct sg_doctor_pass *pass);
void sg_doctor_judge_signing(const struct sg_doctor_pass *pass);
void sg_doctor_judge_publishing(const struct sg_doctor_pass *pass);
void sg_doctor_judge_branches(const struct sg_doctor_pass *pass);
void sg_doctor_judge_people(const struct sg_doctor_pass *pass);
void sg_doctor_judge_clusters(const struct sg_doctor_pass *pass);
void sg_doctor_judge_flux(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster);
void sg_doctor_judge_plain(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster);
void sg_doctor_judge_apps(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster);

#endif
