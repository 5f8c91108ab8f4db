#include <string.h>

#include "plan.h"

uint64_t dice_roll(struct dice *dice)
{
	uint64_t z = (dice->state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

bool dice_chance(struct dice *dice, unsigned percent)
{
	return dice_roll(dice) % 100 < percent;
}

int64_t dice_span(struct dice *dice, int64_t low, int64_t high)
{
	return low + (int64_t)(dice_roll(dice) % (uint64_t)(high - low + 1));
}

bool git_contains(const struct plan *plan, int descendant, int ancestor)
{
	for (; descendant >= 0; descendant = plan->commits[descendant].parent)
		if (descendant == ancestor)
			return true;
	return false;
}

int git_by_sha(const struct plan *plan, const char *sha)
{
	for (int i = 0; i < plan->commit_count; i++)
		if (memcmp(plan->commits[i].sha, sha, 41) == 0)
			return i;
	return -1;
}

bool span_holds(const struct span *span, int64_t now_ms)
{
	return now_ms >= span->from_ms && now_ms < span->to_ms;
}
