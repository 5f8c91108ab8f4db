/* This machine, the job that it is in, and the repository with its configuration. */
#include "model/doctor_say.h"

static void judge_ref(const struct sg_doctor_pass *pass, const struct sg_doctor_job *job)
{
	const char *ref = job->ref ? job->ref : "its ref";

	if (job->is_protected)
		sg_doctor_ok(pass, SG_DOCTOR_JOB_REF, NULL, "%s is protected", ref);
	else
		sg_doctor_fault(pass, SG_DOCTOR_JOB_REF, NULL,
			"GitLab does not protect %s: protected variables are absent in this job, "
			"and nothing is written from it",
			ref);
}

static void judge_job(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_job *job = &pass->facts->job;

	if (!job->inside)
		return;
	judge_ref(pass, job);
	if (sg_doctor_known(pass, SG_DOCTOR_JOB_ASKER, NULL, &job->asked, true))
		sg_doctor_ok(pass, SG_DOCTOR_JOB_ASKER, NULL,
			"%s started this job, and does not count as an approver", job->asker);
	if (job->has_token)
		sg_doctor_say(pass, SG_DOCTOR_JOB_TOKEN, SG_SEVERITY_NOTE, NULL,
			"the job's own token says who started the job; it may not open or merge "
			"merge requests, read approvals, members or freeze periods, or set "
			"statuses, and a push with it starts no pipeline");
}

static void judge_repository(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;

	sg_doctor_way(pass, "Git", f->repository_url, f->repository_proxy);
	if (!sg_doctor_known(pass, SG_DOCTOR_REPOSITORY_READ, NULL, &f->repository, true))
		return;
	sg_doctor_ok(pass, SG_DOCTOR_REPOSITORY_READ, NULL, "%s can be read", f->repository_url);
}

static void judge_config(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;

	if (!sg_doctor_known(pass, SG_DOCTOR_CONFIG_USABLE, NULL, &f->config, true))
		return;
	sg_doctor_ok(pass, SG_DOCTOR_CONFIG_USABLE, NULL, "%s is used", f->config_from);
	if (!f->advisory)
		sg_doctor_ok(pass, SG_DOCTOR_CONFIG_BINDS, NULL,
			"the configuration is that of the branch that everybody gets");
	else
		sg_doctor_say(pass, SG_DOCTOR_CONFIG_BINDS,
			f->has_gates ? SG_SEVERITY_ERROR : SG_SEVERITY_WARNING, NULL,
			"%s is read instead of the repository's own branch: gates are advice",
			f->config_from);
}

void sg_doctor_judge_machine(const struct sg_doctor_pass *pass)
{
	const char *from = pass->facts->ca_from;

	if (from && *from)
		sg_doctor_ok(
			pass, SG_DOCTOR_CA_TRUST, NULL, "certificate authorities from %s", from);
	else
		sg_doctor_say(pass, SG_DOCTOR_CA_TRUST, SG_SEVERITY_NOTE, NULL,
			"no certificate authorities were found on this machine: only servers whose "
			"kubeconfig brings its own can be trusted");
	judge_job(pass);
	judge_repository(pass);
	judge_config(pass);
}
