/* What a promotion that was looked at says of itself: in the log, and at the end of a run. */
#ifndef SG_STEP_PROMOTION_WORDS_H
#define SG_STEP_PROMOTION_WORDS_H

#include "step/promotion.h"

/* What came of one service, for the report. */
struct sg_service_answer {
	enum sg_result result;
	const char *code;
	const char *sentence;
};

/* What a run that ends here is: a machine's turn counts as one that did not finish in time. */
enum sg_result sg_promotion_result(const struct sg_promotion *promotion);

/* Why it stands where it stands, in one sentence. */
const char *sg_promotion_sentence(struct sg_arena *arena, const struct sg_promotion *promotion);

/* What a dry run found to be the next thing, and why. */
const char *sg_promotion_next(struct sg_arena *arena, const struct sg_promotion *promotion);

#endif
