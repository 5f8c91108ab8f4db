#include "model/advice.h"

#include <string.h>

#include "base/attr.h"

static const struct sg_advice_table *const tables[] = {
	&sg_advice_errors,
	&sg_advice_edits,
	&sg_advice_signing,
	&sg_advice_places,
	&sg_advice_remote,
	&sg_advice_deployments,
	&sg_advice_workloads,
	&sg_advice_flux,
	&sg_advice_plain,
	&sg_advice_gates,
	&sg_advice_promotions,
	&sg_advice_requests,
	&sg_advice_outcomes,
	&sg_advice_checks,
};

const struct sg_advice *sg_advice_at(size_t index)
{
	for (size_t t = 0; t < SG_COUNT(tables); t++) {
		if (index < tables[t]->count)
			return &tables[t]->rows[index];
		index -= tables[t]->count;
	}
	return NULL;
}

const struct sg_advice *sg_advice_of(const char *code)
{
	const struct sg_advice *advice;

	for (size_t i = 0; (advice = sg_advice_at(i)); i++)
		if (strcmp(advice->code, code) == 0)
			return advice;
	return NULL;
}
