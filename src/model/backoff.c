#include "model/backoff.h"

#include "base/attr.h"

int64_t sg_backoff_ms(size_t in_a_row)
{
	static const int64_t steps_ms[] = {10000, 20000, 40000, 60000};
	size_t step = in_a_row ? in_a_row - 1 : 0;

	return steps_ms[step < SG_COUNT(steps_ms) ? step : SG_COUNT(steps_ms) - 1];
}
