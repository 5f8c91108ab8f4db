/* Which form the log on stderr takes: by option, by what stderr is, by where the run happens. */
#ifndef SG_CMD_CONSOLE_H
#define SG_CMD_CONSOLE_H

#include "cmd/run.h"
#include "cmd/table.h"
#include "report/console.h"

/* OUTPUT may be NULL or half filled: the options were not understood. */
struct sg_console sg_cmd_console(const struct sg_runtime *runtime,
	const struct sg_output_args *output, bool trace, const struct sg_redactor *redactor,
	uint64_t random);

/* True when text on a terminal may have colours: NO_COLOR is unset, and TERM is not "dumb". */
bool sg_cmd_may_paint(const struct sg_env *env);

#endif
