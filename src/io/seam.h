/*
 * Where a build for tests can be killed (security.md 5.2, 5.4). Each effect on the world has
 * moments, before and after it; in a build with STAGEGATE_SEAM they are numbered from 1 as they
 * come, and two variables are read:
 *
 *   STAGEGATE_CRASH_AT=N        the process kills itself at the N-th moment
 *   STAGEGATE_CRASH_LIST=FILE   a line for each moment is appended: "NUMBER WHAT"
 *
 * In every other build these calls are nothing, and the names are not in the binary.
 */
#ifndef SG_IO_SEAM_H
#define SG_IO_SEAM_H

/* The moments of one request, in their order. */
enum sg_seam_moment {
	SG_SEAM_NONE,
	SG_SEAM_READY,   /* the connection stands, nothing was sent */
	SG_SEAM_SENT,    /* all was sent */
	SG_SEAM_HEADERS, /* the answer's headers are there */
	SG_SEAM_BODY,    /* a part of its body is there */
	SG_SEAM_END      /* all of it, or the call failed */
};

#ifdef STAGEGATE_SEAM

#define SG_SEAM_ON 1

/* Before an effect on the machine; WHAT is the call as it stands in the source. */
void sg_seam_before(const char *what);

/* After it: gives back RC, and keeps errno. */
int sg_seam_after(const char *what, int rc);

/*
 * A request has come so far. Plain reads do not count, nor does a moment that is not after *LAST;
 * READY begins anew, because a request may be sent again.
 */
void sg_seam_request(
	const char *method, const char *url, enum sg_seam_moment moment, enum sg_seam_moment *last);

/* The value of CALL, which changes the machine and gives 0 or -1 with errno. */
#define SG_SEAM_EFFECT(call) sg_seam_after(#call, (sg_seam_before(#call), (call)))

#else

#define SG_SEAM_ON 0
#define SG_SEAM_EFFECT(call) (call)
#define sg_seam_request(method, url, moment, last) ((void)(last))

#endif
#endif
