/* One run of the program: argv in, one document and an exit status out. */
#ifndef SG_CMD_RUN_H
#define SG_CMD_RUN_H

#include "io/clock.h"
#include "io/env.h"
#include "io/http.h"

/* What the process is connected to. Tests connect buffers, a virtual clock and scripted servers. */
struct sg_runtime {
	const struct sg_env *env;
	struct sg_clock *clock;
	int (*out)(void *arg, const char *bytes,
		size_t len); /* stdout: -1 when it cannot be written */
	void (*log)(void *arg, const char *line, size_t len); /* stderr */
	void *arg;
	bool out_is_terminal;
	bool log_is_terminal;
	int (*columns)(void *arg); /* of the log's terminal, now; 0: not known. NULL: never */
	struct sg_http *http;      /* NULL: make the real client */
	uint64_t random;           /* seed of the jitter; 0: from the kernel */
};

/*
 * Parses, runs, renders once, writes the reports that were asked for, and says the exit status. A
 * document that cannot be written whole (closed stdout, full disk) is exit 10 even after success.
 */
int sg_run(const struct sg_runtime *runtime, int argc, const char *const *argv);

#endif
