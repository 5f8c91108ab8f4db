/* The last words of a container that crashes. */
#ifndef SG_STEP_POD_LOG_H
#define SG_STEP_POD_LOG_H

#include "step/workload_scan.h"

/*
 * So many LINES of the container that MORE names into *RET, untrusted text in the arena of READ;
 * NULL when none are asked for, or it names none. That they cannot be had is said in their place.
 * -1: a signal.
 */
int sg_pod_log_read(const struct sg_workload_call *read, const struct sg_scan_more *more,
	int64_t lines, const char **ret, struct sg_err *err) SG_MUST_CHECK;

/* The lines of TEXT, each cut and copied into ARENA, in the place of those of LOG. */
void sg_pod_log_keep(struct sg_arena *arena, const char *text, struct sg_app_strings *log);

#endif
