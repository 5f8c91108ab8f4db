#include "model/doctor.h"

#include "base/attr.h"
#include "model/doctor_say.h"

static const struct row {
	const char *name;
	enum sg_severity severity;
	const char *meaning;
	const char *remedy;
} rows[] = {
#define SG_X(id, severity, meaning, remedy)                                                        \
	[SG_DOCTOR_##id] = {#id, SG_SEVERITY_##severity, meaning, remedy},
	SG_DOCTOR_CHECKS(SG_X)
#undef SG_X
};

int sg_doctor_check_count(void)
{
	return (int)SG_COUNT(rows);
}

const char *sg_doctor_check_name(enum sg_doctor_check check)
{
	return rows[check].name;
}

enum sg_severity sg_doctor_check_severity(enum sg_doctor_check check)
{
	return rows[check].severity;
}

const char *sg_doctor_check_meaning(enum sg_doctor_check check)
{
	return rows[check].meaning;
}

const char *sg_doctor_check_remedy(enum sg_doctor_check check)
{
	return rows[check].remedy;
}

void sg_doctor_judge(const struct sg_doctor_facts *facts, struct sg_arena *arena,
	struct sg_findings *ret_findings)
{
	struct sg_findings findings = {0};
	const struct sg_doctor_pass pass = {facts, arena, &findings};

	sg_doctor_judge_machine(&pass);
	sg_doctor_judge_gitlab(&pass);
	sg_doctor_judge_project(&pass);
	sg_doctor_judge_signing(&pass);
	sg_doctor_judge_publishing(&pass);
	sg_doctor_judge_branches(&pass);
	sg_doctor_judge_people(&pass);
	sg_doctor_judge_clusters(&pass);
	sg_findings_sort(arena, &findings);
	*ret_findings = findings;
}
