/* What is followed where no controller is asked, each rule over all workloads (argocd.md 4.2). */
#include "base/attr.h"
#include "model/doctor_say.h"

static enum sg_doctor_judgement read(const struct sg_doctor_plain *row, const char **detail)
{
	if (row->seen.state == SG_DOCTOR_KNOWN)
		return SG_DOCTOR_RIGHT;
	if (row->seen.state == SG_DOCTOR_FAILED && row->seen.reason == SG_R_NOT_FOUND)
		return SG_DOCTOR_BESIDE;
	*detail = row->seen.why;
	return row->seen.state == SG_DOCTOR_FAILED ? SG_DOCTOR_WRONG : SG_DOCTOR_OPEN;
}

static enum sg_doctor_judgement found(const struct sg_doctor_plain *row, const char **detail)
{
	(void)detail;
	if (row->seen.state == SG_DOCTOR_KNOWN)
		return SG_DOCTOR_RIGHT;
	return row->seen.state == SG_DOCTOR_FAILED && row->seen.reason == SG_R_NOT_FOUND
		       ? SG_DOCTOR_WRONG
		       : SG_DOCTOR_BESIDE;
}

static enum sg_doctor_judgement image(const struct sg_doctor_plain *row, const char **detail)
{
	if (row->seen.state != SG_DOCTOR_KNOWN || row->has_image == SG_ANSWER_YES)
		return row->seen.state == SG_DOCTOR_KNOWN ? SG_DOCTOR_RIGHT : SG_DOCTOR_BESIDE;
	*detail = row->has_image == SG_ANSWER_NO ? row->runs : row->image_why;
	/* where the files say no image a wait is refused */
	return row->has_image == SG_ANSWER_NO || (!row->image && !row->image_unread)
		       ? SG_DOCTOR_WRONG
		       : SG_DOCTOR_OPEN;
}

static enum sg_doctor_judgement pods(const struct sg_doctor_plain *row, const char **detail)
{
	if (!row->namespace)
		return SG_DOCTOR_BESIDE;
	*detail = row->pods.why;
	if (row->pods.state != SG_DOCTOR_KNOWN)
		return SG_DOCTOR_OPEN;
	return row->may_list_pods ? SG_DOCTOR_RIGHT : SG_DOCTOR_WRONG;
}

static const struct rule {
	enum sg_doctor_check check;
	enum sg_doctor_judgement (*judge)(const struct sg_doctor_plain *row, const char **detail);
	const char *fault;
	const char *right;
} rules[] = {
	{SG_DOCTOR_PLAIN_READ, read, "not read:", "they can be read"},
	{SG_DOCTOR_PLAIN_FOUND, found, "not there:", "they are there"},
	{SG_DOCTOR_PLAIN_IMAGE, image,
		"the image of the service is not in:", "they have the image of their service"},
	{SG_DOCTOR_PLAIN_PODS, pods,
		"list of pods is not allowed, which is needed for:", "their pods may be listed"},
};

void sg_doctor_judge_plain(
	const struct sg_doctor_pass *pass, const struct sg_doctor_cluster *cluster)
{
	for (size_t i = 0; i < SG_COUNT(rules); i++) {
		struct sg_doctor_tally tally = {0};

		for (size_t k = 0; k < cluster->plain_count; k++) {
			const char *detail = NULL;
			enum sg_doctor_judgement judgement =
				rules[i].judge(&cluster->plain[k], &detail);

			sg_doctor_count(pass, &tally, judgement, cluster->plain[k].name, detail);
		}
		sg_doctor_tell(pass, rules[i].check, cluster->env->name, &tally, rules[i].fault,
			rules[i].right);
	}
}
