#include "io/harden.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "io/env.h"

void sg_harden_process(void)
{
	const struct rlimit none = {0, 0};

	(void)prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
	(void)setrlimit(RLIMIT_CORE, &none);
	sg_env_forget("SSLKEYLOGFILE");
}
