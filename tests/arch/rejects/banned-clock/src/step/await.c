#include <time.h>

long sg_step_await(void);

long sg_step_await(void)
{
	return (long)time(NULL);
}
