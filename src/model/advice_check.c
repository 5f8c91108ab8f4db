/* Advice: the checks of doctor, from their own table (model/doctor.h). */
#include "base/attr.h"
#include "model/advice.h"
#include "model/doctor.h"

static const struct sg_advice rows[] = {
#define SG_X(id, severity, meaning, remedy_)                                                       \
	{                                                                                          \
		.code = #id,                                                                       \
		.means = "doctor looks at this: " meaning ".",                                     \
		.cause =                                                                           \
			"What doctor saw stands behind the id. `ok` says that it was seen to be "  \
			"right; a note that begins with \"not checked\" says why it could not be " \
			"looked at.",                                                              \
		.remedy = "Where it is not so: " remedy_ ".",                                      \
		.look = "stagegate doctor\n",                                                      \
	},
	SG_DOCTOR_CHECKS(SG_X)
#undef SG_X
};

const struct sg_advice_table sg_advice_checks = {rows, SG_COUNT(rows)};
