/*
 * Any bytes as stagegate.yaml: linting ends, findings have a place inside the file, loading agrees
 * with linting, and what can be used keeps the promises of the policy.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "config/load.h"
#include "config/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int count_lines(struct sg_str text)
{
	int lines = 1;

	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n' || text.ptr[i] == '\r' ||
			 (unsigned char)text.ptr[i] >= 0x80; /* NEL, LS and PS end lines, too */
	return lines;
}

static void check_findings(const struct sg_findings *findings, struct sg_str text)
{
	int lines = count_lines(text);

	SG_ASSERT(findings->count > 0 && findings->count <= 101);
	for (size_t i = 0; i < findings->count; i++) {
		SG_ASSERT(findings->items[i].line >= 1 && findings->items[i].line <= lines + 1);
		SG_ASSERT(findings->items[i].column >= 1);
		SG_ASSERT(findings->items[i].text[0]);
		SG_ASSERT(i == 0 || findings->items[i - 1].line <= findings->items[i].line);
	}
}

static void check_gate(const struct sg_environment *env, const struct sg_gate_spec *gate)
{
	SG_ASSERT(gate->type != SG_GATE_SOAK ||
		  (gate->duration_ms >= 1000 && gate->duration_ms <= INT64_C(7776000000)));
	SG_ASSERT(gate->type == SG_GATE_SOAK || gate->duration_ms == 0);
	SG_ASSERT((gate->type == SG_GATE_APPROVAL) == (gate->count > 0 && gate->from_count > 0));
	SG_ASSERT(gate->type != SG_GATE_APPROVAL || env->publish == SG_PUBLISH_MERGE_REQUEST);
	for (size_t i = 0; i < gate->from_count; i++)
		SG_ASSERT(gate->from[i][0] == '@' && gate->from[i][1]);
}

/* None is fine: the places are found out then. */
static void check_updates(const struct sg_service *service)
{
	SG_ASSERT(service->path);
	for (size_t i = 0; i < service->update_count; i++) {
		const struct sg_update *update = &service->updates[i];

		SG_ASSERT(update->file);
		SG_ASSERT((update->key != NULL) + (update->image != NULL) +
				  (update->marker != NULL) ==
			  1);
	}
}

static void check_policy(const struct sg_policy *policy)
{
	struct sg_err err = SG_ERR_INIT;
	const struct sg_environment *env;
	const struct sg_service *entry;

	SG_ASSERT(policy->environment_count > 0 && policy->service_count > 0);
	for (size_t i = 0; i < policy->former_bot_count; i++)
		SG_ASSERT(policy->former_bots[i] > 0);
	for (size_t i = 0; i < policy->environment_count; i++) {
		SG_ASSERT(policy->environments[i].branch && policy->environments[i].short_name);
		SG_ASSERT(sg_config_environment(policy, policy->environments[i].name, &env, &err) ==
			  0);
		SG_ASSERT(env == &policy->environments[i]);
		for (size_t k = 0; k < env->after_count; k++)
			SG_ASSERT(sg_policy_environment(policy, env->after[k]));
		for (size_t k = 0; k < env->gate_count; k++)
			check_gate(env, &env->gates[k]);
	}
	for (size_t i = 0; i < policy->service_count; i++) {
		check_updates(&policy->services[i]);
		if (strcmp(policy->services[i].name, "*") == 0)
			continue;
		SG_ASSERT(sg_config_service(policy, policy->services[i].name, &entry, &err) == 0);
		SG_ASSERT(entry == &policy->services[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_str text = {(const char *)data, size};
	struct sg_arena arena = {0};
	struct sg_findings findings = {0};
	struct sg_policy policy, again;
	struct sg_err err = SG_ERR_INIT;
	bool good = sg_config_lint(&arena, "f.yaml", text, &policy, &findings);

	if (good)
		check_policy(&policy);
	else
		check_findings(&findings, text);
	SG_ASSERT((sg_config_load(&arena, "f.yaml", text, &again, &err) == 0) == good);
	SG_ASSERT(good || err.reason == SG_R_CONFIG_INVALID);
	sg_arena_release(&arena);
	return 0;
}
