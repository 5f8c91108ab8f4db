#include <signal.h>

#include "io/signal.h"

static volatile sig_atomic_t seen;

int sg_signal_seen(void)
{
	return (int)seen;
}
