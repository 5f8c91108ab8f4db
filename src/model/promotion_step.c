#include "model/promotion.h"

const char *sg_promotion_action_name(enum sg_promotion_action action)
{
	static const char *const names[] = {
#define SG_X(name, word) word,
		SG_PROMOTION_ACTIONS(SG_X)
#undef SG_X
	};

	return names[action];
}

int sg_promotion_step_exit(const struct sg_promotion_step *step)
{
	if (step->action == SG_DO_LOOK_AGAIN || step->action == SG_DO_RECHECK)
		return 8;
	switch (step->end) {
	case SG_END_PENDING:
		return 75;
	case SG_END_FAILED:
		return 1;
	case SG_END_CONFLICT:
		return 6;
	case SG_END_NONE:
		break;
	}
	return 0;
}
