#include <time.h>

#include "io/clock.h"

int sg_clock(void)
{
	return (int)time(NULL);
}
