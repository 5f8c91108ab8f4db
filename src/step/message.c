#include "step/message.h"

#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "io/crypto.h"
#include "model/ids.h"

#define MESSAGE_MAX_BYTES (64u * 1024)
#define REASON_MAX_BYTES 500
#define REASON_READ_BYTES (16u * 1024)
#define DEFAULT_NAME "stagegate"
#define DEFAULT_EMAIL "noreply@stagegate.invalid"

const char *sg_message_reason(struct sg_world *world, const char *text)
{
	struct sg_buf clean SG_AUTO(sg_buf_release);
	char line[REASON_MAX_BYTES + 1];

	sg_buf_init(&clean, MESSAGE_MAX_BYTES);
	if (!text)
		return NULL;
	sg_redact(world->redactor, sg_str_sub(sg_str_of(text), 0, REASON_READ_BYTES), &clean);
	sg_text_line(line, sizeof(line), sg_buf_str(&clean));
	return sg_arena_strdup(world->arena, line);
}

static size_t service_count(const struct sg_plan *plan)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->value_count; i++)
		if (i == 0 || strcmp(plan->values[i].service, plan->values[i - 1].service) != 0)
			count++;
	return count;
}

static const char *id_of(struct sg_world *world, const char *repository, const struct sg_plan *plan)
{
	struct sg_wish *wishes = sg_arena_calloc(world->arena, plan->value_count, sizeof(*wishes));
	struct sg_buf text SG_AUTO(sg_buf_release);
	char hex[SG_OID_SIZE];

	for (size_t i = 0; i < plan->value_count; i++)
		wishes[i] = (struct sg_wish){plan->values[i].service, plan->values[i].path,
			plan->values[i].place, plan->values[i].to};
	sg_buf_init(&text, 16u << 20);
	sg_id_text(repository, plan->environment, wishes, plan->value_count, &text);
	sg_crypto_sha256_hex(sg_buf_str(&text), hex);
	return sg_arena_dup(world->arena, (struct sg_str){hex, 20});
}

/* The word behind {NAME} in a subject template, or NULL. */
static const char *subject_word(
	const struct sg_plan *plan, struct sg_str name, struct sg_arena *arena)
{
	size_t services = service_count(plan);

	if (sg_str_is(name, "env"))
		return plan->environment;
	if (sg_str_is(name, "service"))
		return services == 1 ? plan->values[0].service
				     : sg_arena_printf(arena, "%zu services", services);
	if (sg_str_is(name, "tag"))
		return services == 1 ? plan->values[0].to : "";
	if (sg_str_is(name, "from"))
		return services == 1 ? plan->values[0].from : "";
	return NULL;
}

static int add_subject(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_plan *plan, struct sg_buf *out, struct sg_err *err)
{
	const char *template = policy->commit.subject;
	struct sg_str rest;
	size_t from = out->len;

	if (!template)
		template = "deploy({env}): {service} {tag}";
	rest = sg_str_of(template);
	while (rest.len) {
		long open = sg_str_find(rest, '{'), close = sg_str_find(rest, '}');
		const char *word;

		if (open < 0) {
			sg_text_commit(rest, out);
			break;
		}
		sg_text_commit(sg_str_sub(rest, 0, (size_t)open), out);
		word = close > open ? subject_word(plan,
					      sg_str_sub(rest, (size_t)open + 1, (size_t)close),
					      world->arena)
				    : NULL;
		if (!word)
			return sg_fail(err, SG_R_CONFIG_INVALID,
				"%s: commit.subject: only {service}, {env}, {tag} and {from} are "
				"known",
				policy->file);
		sg_text_commit(sg_str_of(word), out);
		rest = sg_str_sub(rest, (size_t)close + 1, rest.len);
	}
	while (out->len > from && (out->ptr[out->len - 1] == ' ' || out->ptr[out->len - 1] == '\n'))
		sg_buf_splice(out, out->len - 1, out->len, SG_STR(""));
	for (size_t i = from; i < out->len; i++)
		if (out->ptr[i] == '\n')
			out->ptr[i] = ' ';
	return 0;
}

/* VALUE on the line that is begun. */
static void add_value(struct sg_buf *out, const char *value)
{
	size_t from = out->len;

	sg_text_commit(sg_str_of(value), out);
	for (size_t i = from; i < out->len; i++)
		if (out->ptr[i] == '\n')
			out->ptr[i] = ' ';
}

/* "Key: value" on one line of its own. */
static void add_trailer(struct sg_buf *out, const char *key, const char *value)
{
	sg_buf_addf(out, "%s: ", key);
	add_value(out, value);
	sg_buf_addc(out, '\n');
}

static void add_trailers(struct sg_world *world, const struct sg_plan *plan, struct sg_buf *out)
{
	const char *pipeline = sg_env_nonempty(world->env, "CI_PIPELINE_URL");

	add_trailer(out, "Stagegate-Id", plan->id);
	for (size_t i = 0; i < plan->value_count; i++)
		if (i == 0 || strcmp(plan->values[i].service, plan->values[i - 1].service) != 0)
			add_trailer(out, "Stagegate-Service", plan->values[i].service);
	add_trailer(out, "Stagegate-Env", plan->environment);
	for (size_t i = 0; i < plan->value_count; i++)
		add_trailer(out, "Stagegate-Image",
			sg_arena_printf(world->arena, "%s %s", plan->values[i].service,
				plan->values[i].to));
	if (pipeline)
		add_trailer(out, "Stagegate-Pipeline", pipeline);
	if (plan->origin)
		add_trailer(out, "Stagegate-Origin", plan->origin);
	if (plan->reason)
		add_trailer(out, "Stagegate-Reason", plan->reason);
}

const char *sg_message_email(const struct sg_policy *policy)
{
	return policy->commit.author_email ? policy->commit.author_email : DEFAULT_EMAIL;
}

static void set_identity(struct sg_world *world, const struct sg_policy *policy,
	int64_t parent_unix_s, struct sg_plan *plan)
{
	const char *created = sg_env_nonempty(world->env, "CI_PIPELINE_CREATED_AT");
	struct sg_ident who = {
		.name = policy->commit.author_name ? policy->commit.author_name : DEFAULT_NAME,
		.email = sg_message_email(policy),
	};
	int64_t created_s;

	if (!created || !sg_time_parse(sg_str_of(created), &created_s))
		created_s = parent_unix_s + 1;
	who.unix_s = created_s;
	plan->author = who;
	/* History tools want committer dates that do not run backwards. */
	if (who.unix_s <= parent_unix_s)
		who.unix_s = parent_unix_s + 1;
	plan->committer = who;
}

int sg_message_build(struct sg_world *world, const struct sg_policy *policy,
	const struct sg_environment *env, const char *repository, int64_t parent_unix_s,
	struct sg_plan *plan, struct sg_err *err)
{
	struct sg_buf text SG_AUTO(sg_buf_release);

	plan->environment = env->name;
	plan->id = id_of(world, repository, plan);
	sg_buf_init(&text, MESSAGE_MAX_BYTES);
	if (add_subject(world, policy, plan, &text, err) < 0)
		return -1;
	sg_buf_adds(&text, "\n\n");
	for (size_t i = 0; i < plan->value_count; i++) {
		sg_buf_adds(&text, "- ");
		add_value(&text, plan->values[i].path);
		sg_buf_addc(&text, ' ');
		add_value(&text, plan->values[i].place);
		sg_buf_adds(&text, plan->values[i].added ? " added: " : " from ");
		if (!plan->values[i].added) {
			add_value(&text, plan->values[i].from);
			sg_buf_adds(&text, " to ");
		}
		add_value(&text, plan->values[i].to);
		sg_buf_addc(&text, '\n');
	}
	sg_buf_addc(&text, '\n');
	add_trailers(world, plan, &text);
	if (text.overflow)
		return sg_fail(err, SG_R_TOO_LARGE, "the commit message is larger than %u bytes",
			MESSAGE_MAX_BYTES);
	set_identity(world, policy, parent_unix_s, plan);
	plan->message = sg_arena_dup(world->arena, sg_buf_str(&text));
	return 0;
}
