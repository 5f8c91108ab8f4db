#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buf.h"
#include "config/load.h"
#include "config/match.h"

#define HEAD "version: 1\n"
#define ENVS "environments: [{name: dev}]\n"
#define SERVICES                                                                                   \
	"services: [{name: web, path: apps/web, update: [{file: v.yaml, key: image.tag}]}]\n"

static const char full[] =
	"version: 1\n"
	"branch: main\n"
	"environments:\n"
	"  - name: dev\n"
	"    branch: develop\n"
	"    publish: commit\n"
	"    application: \"{service}-dev\"\n"
	"    cluster: {context: dev, insecure: true}\n"
	"  - name: staging\n"
	"    publish: merge-request\n"
	"    application: \"team-a/{service}-staging\"\n"
	"    gates:\n"
	"      - {type: health}\n"
	"      - {type: soak, duration: 30m}\n"
	"  - name: production\n"
	"    short: prod\n"
	"    publish: merge-request\n"
	"    merge: human\n"
	"    application: \"{service}-prod\"\n"
	"    cluster:\n"
	"      namespace: cd\n"
	"    gates:\n"
	"      - {type: approval, count: 2, from: [\"@platform/release-managers\", \"@jane\"], "
	"exclude: [requester, authors]}\n"
	"      - type: approval\n"
	"        from: [\"@ops\"]\n"
	"      - {type: freeze}\n"
	"    after: [staging, dev]\n"
	"services:\n"
	"  - name: \"*\"\n"
	"    path: \"apps/{service}\"\n"
	"    source: \"shop/{service}\"\n"
	"    image: \"registry.example.com:5000/shop/{service}\"\n"
	"    update:\n"
	"      - {file: \"values-{short}.yaml\", key: image.tag, part: tag}\n"
	"      - {file: \"../../clusters/{env}/values.yaml\", key: \"tags.{service}\"}\n"
	"  - name: 123\n"
	"    path: apps/numbers\n"
	"    update:\n"
	"      - {file: kustomization.yaml, image: web, part: digest}\n"
	"commit:\n"
	"  subject: \"{service} {tag} for {env}\"\n"
	"  author: {name: Ship Bot, email: ship@example.com}\n"
	"gitlab: {former_bots: [42, 9223372036854775807], environment: \"{env}/{service}\"}\n";

static void whole_configuration(void **state)
{
	struct sg_arena arena = {0};
	struct sg_policy p;
	struct sg_err err = SG_ERR_INIT;
	const struct sg_environment *prod;
	const struct sg_gate_spec *gate;

	(void)state;
	if (sg_config_load(&arena, "stagegate.yaml", sg_str_of(full), &p, &err) < 0)
		fail_msg("%s", err.cause);
	assert_string_equal(p.file, "stagegate.yaml");
	assert_string_equal(p.branch, "main");
	assert_int_equal(p.environment_count, 3);
	assert_string_equal(p.environments[0].branch, "develop");
	assert_string_equal(p.environments[0].short_name, "dev");
	assert_string_equal(p.environments[0].cluster.context, "dev");
	assert_string_equal(p.environments[0].cluster.namespace, "argocd");
	assert_true(p.environments[0].cluster.insecure);
	assert_int_equal(p.environments[0].after_count, 0);
	assert_int_equal(p.environments[0].line, 4);
	assert_int_equal(p.environments[1].after_count, 1);
	assert_string_equal(p.environments[1].after[0], "dev");
	assert_string_equal(p.environments[1].branch, "main");
	assert_int_equal(p.environments[1].publish, SG_PUBLISH_MERGE_REQUEST);
	assert_int_equal(p.environments[1].merge, SG_MERGE_AUTO);
	assert_int_equal(p.environments[1].gates[0].type, SG_GATE_HEALTH);
	assert_int_equal(p.environments[1].gates[1].type, SG_GATE_SOAK);
	assert_int_equal(p.environments[1].gates[1].duration_ms, 30 * 60 * 1000);
	assert_int_equal(p.environments[1].gates[1].line, 14);
	assert_int_equal(p.environments[1].gates[1].column, 9);
	prod = &p.environments[2];
	assert_string_equal(prod->short_name, "prod");
	assert_int_equal(prod->merge, SG_MERGE_HUMAN);
	assert_string_equal(prod->cluster.namespace, "cd");
	assert_null(prod->cluster.context);
	assert_int_equal(prod->after_count, 2);
	assert_string_equal(prod->after[0], "staging");
	gate = &prod->gates[0];
	assert_int_equal(gate->count, 2);
	assert_int_equal(gate->from_count, 2);
	assert_string_equal(gate->from[1], "@jane");
	assert_int_equal(gate->exclude_count, 2);
	assert_int_equal(prod->gates[1].count, 1);
	assert_int_equal(p.service_count, 2);
	assert_string_equal(p.services[1].name, "123");
	assert_int_equal(p.services[1].updates[0].part, SG_PART_DIGEST);
	assert_string_equal(p.services[1].updates[0].image, "web");
	assert_null(p.services[1].updates[0].key);
	assert_int_equal(p.services[0].updates[1].part, SG_PART_TAG);
	assert_string_equal(p.commit.subject, "{service} {tag} for {env}");
	assert_string_equal(p.commit.author_name, "Ship Bot");
	assert_string_equal(p.commit.author_email, "ship@example.com");
	assert_int_equal(p.former_bot_count, 2);
	assert_int_equal(p.former_bots[0], 42);
	assert_true(p.former_bots[1] == INT64_MAX);
	assert_string_equal(p.gitlab_environment, "{env}/{service}");
	sg_arena_release(&arena);
}

static void smallest_configuration(void **state)
{
	struct sg_arena arena = {0};
	struct sg_policy p;
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	assert_int_equal(sg_config_load(&arena, "c", SG_STR(HEAD ENVS SERVICES), &p, &err), 0);
	assert_string_equal(p.branch, "main");
	assert_int_equal(p.environments[0].publish, SG_PUBLISH_COMMIT);
	assert_null(p.environments[0].application);
	assert_null(p.commit.subject);
	sg_arena_release(&arena);
}

static void applications_by_label_and_set(void **state)
{
	struct sg_arena arena = {0};
	struct sg_policy p;
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	assert_int_equal(sg_config_load(&arena, "c",
				 SG_STR(HEAD "environments: [{name: dev, selector: \"app={service},"
					     "tier in (a)\", applicationSet: all}]\n" SERVICES),
				 &p, &err),
		0);
	assert_null(p.environments[0].application);
	assert_string_equal(p.environments[0].selector, "app={service},tier in (a)");
	assert_string_equal(p.environments[0].application_set, "all");
	sg_arena_release(&arena);
}

/* All findings as "LINE:COLUMN: text [hint]" lines. */
static void lint(const char *text, struct sg_buf *out)
{
	struct sg_arena arena = {0};
	struct sg_findings findings = {0};
	struct sg_policy policy;
	struct sg_err err = SG_ERR_INIT;
	bool good = sg_config_lint(&arena, "s.yaml", sg_str_of(text), &policy, &findings);

	sg_buf_init(out, 1 << 20);
	for (size_t i = 0; i < findings.count; i++) {
		const struct sg_finding *row = &findings.items[i];

		assert_string_equal(row->file, "s.yaml");
		assert_int_equal(row->severity, SG_SEVERITY_ERROR);
		sg_buf_addf(out, "%d:%d: %s", row->line, row->column, row->text);
		if (row->hint)
			sg_buf_addf(out, " [%s]", row->hint);
		sg_buf_addc(out, '\n');
	}
	assert_int_equal(good, findings.count == 0);
	/* Loading fails with the first of them. */
	assert_int_equal(
		sg_config_load(&arena, "s.yaml", sg_str_of(text), &policy, &err), good ? 0 : -1);
	if (!good) {
		assert_int_equal(err.reason, SG_R_CONFIG_INVALID);
		assert_true(sg_str_starts(sg_str_of(err.cause), "s.yaml:"));
		assert_non_null(strstr(err.cause, findings.items[0].text));
		assert_string_equal(err.hint, findings.items[0].hint ? findings.items[0].hint : "");
	}
	sg_arena_release(&arena);
}

struct bad_case {
	const char *text;
	const char *want;
};

static void expect_all(const struct bad_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct sg_buf out;

		lint(cases[i].text, &out);
		assert_string_equal(out.ptr, cases[i].want);
		sg_buf_release(&out);
	}
}

static void shape_is_checked(void **state)
{
	static const struct bad_case cases[] = {
		{"", "1:1: 'version' is missing in stagegate.yaml\n"
		     "1:1: 'environments' is missing in stagegate.yaml\n"
		     "1:1: 'services' is missing in stagegate.yaml\n"},
		{"- a\n", "1:1: stagegate.yaml must be a mapping of keys to values, not a list\n"},
		{"just text\n", "1:1: stagegate.yaml must be a mapping of keys to values, not a "
				"single value\n"},
		{"version: 2\n" ENVS SERVICES,
			"1:10: version 2 of the configuration is not known [a newer stagegate may "
			"know it; this one knows version 1]\n"},
		{"version: \"1\"\n" ENVS SERVICES,
			"1:10: 'version' must be the number 1, not '1'\n"},
		{"version: one\n" ENVS SERVICES,
			"1:10: 'version' must be the number 1, not 'one'\n"},
		{"version:\n" ENVS SERVICES, "1:9: 'version' has no value\n"},
		{HEAD "enviroments: []\n" SERVICES,
			"2:1: unknown key 'enviroments' in stagegate.yaml [did you mean "
			"'environments'?]\n"
			"3:1: 'environments' is missing in stagegate.yaml\n"},
		{HEAD ENVS SERVICES "zzzzzzzzzzzzzzz: 1\n",
			"4:1: unknown key 'zzzzzzzzzzzzzzz' in stagegate.yaml [known keys: "
			"version, "
			"branch, environments, services, commit, publish, gitlab]\n"},
		{HEAD "environments: []\n" SERVICES, "2:15: 'environments' is an empty list\n"},
		{HEAD "environments: {name: dev}\n" SERVICES,
			"2:15: 'environments' must be a list, not a mapping [each item starts with "
			"'- ']\n"},
		{HEAD "environments:\n" SERVICES, "2:14: 'environments' has no value\n"},
		{HEAD "environments: [dev]\n" SERVICES,
			"2:16: environment must be a mapping of keys to values, not a single "
			"value\n"},
		{HEAD "environments: [{branch: x}]\n" SERVICES,
			"2:17: 'name' is missing in environment\n"},
		{HEAD "environments: [{name: [a]}]\n" SERVICES,
			"2:23: 'name' must be a name of letters, digits, '.', '_' and '-', not "
			"starting with '.' or '-', not a list\n"},
		{HEAD "environments: [{name: -x}]\n" SERVICES,
			"2:23: 'name' must be a name of letters, digits, '.', '_' and '-', not "
			"starting with '.' or '-', not '-x'\n"},
		{HEAD "environments: [{name: ~}]\n" SERVICES, "2:23: 'name' has no value\n"},
		{HEAD "environments: [{name: dev, publish: push}]\n" SERVICES,
			"2:37: 'publish' must be one of commit, merge-request, not 'push'\n"},
		{HEAD "environments: [{name: dev, cluster: {argocd: true, context: a, insecure: "
		      "true}}]\n" SERVICES,
			"2:52: 'context' is about a kubeconfig, and 'argocd: true' uses none\n"
			"2:64: 'insecure' is about a kubeconfig, and 'argocd: true' uses none\n"},
		{HEAD "environments: [{name: dev, cluster: {argocd: true, workloads: a, insecure: "
		      "true}}]\n" SERVICES,
			""},
		{HEAD "environments: [{name: dev, cluster: {argocd: true, workloads: a, context: "
		      "b}}]\n" SERVICES,
			"2:66: 'context' is about a kubeconfig, and 'argocd: true' uses none\n"},
		{HEAD "environments: [{name: dev, cluster: {context: a, workloads: "
		      "[b]}}]\n" SERVICES,
			"2:61: 'workloads' must be one line of text, not a list\n"},
		{HEAD "environments: [{name: dev, cluster: {project: shop}}]\n" SERVICES,
			"2:38: 'project' is for Argo CD's own API [set 'argocd: true']\n"},
		{HEAD "environments: [{name: dev, rollout: {pause: resume, on_failure: "
		      "abort}}]\n" SERVICES,
			""},
		{HEAD "environments: [{name: dev, rollout: {pause: skip, on_failure: "
		      "retry}}]\n" SERVICES,
			"2:45: 'pause' must be one of wait, resume, not 'skip'\n"
			"2:63: 'on_failure' must be one of leave, abort, not 'retry'\n"},
		{HEAD "environments: [{name: dev, rollout: resume}]\n" SERVICES,
			"2:37: rollout must be a mapping of keys to values, not a single value\n"},
		{HEAD "environments: [{name: dev, cluster: {argocd: true}, rollout: {pause: "
		      "resume}}]\n" SERVICES,
			"2:53: 'rollout' changes objects of the cluster, and 'argocd: true' "
			"reaches none [name the context of the cluster that runs them: "
			"'cluster.workloads']\n"},
		{HEAD "environments: [{name: dev, cluster: {argocd: true, workloads: a}, rollout: "
		      "{pause: resume}}]\n" SERVICES,
			""},
		{HEAD "environments: [{name: dev, kustomization: web, rollout: {pause: "
		      "resume}}]\n" SERVICES,
			"2:48: 'rollout' is for Applications of Argo CD, and 'dev' follows Flux\n"},
		{HEAD "environments: [{name: dev, cluster: {insecure: yes}}]\n" SERVICES,
			"2:48: 'insecure' must be true or false, not 'yes'\n"},
		{HEAD "environments: [{name: dev, cluster: {insecure: \"true\"}}]\n" SERVICES,
			"2:48: 'insecure' must be true or false, not 'true'\n"},
		{HEAD "environments: [{name: dev, cluster: dev}]\n" SERVICES,
			"2:37: cluster must be a mapping of keys to values, not a single value\n"},
		{HEAD "environments: [{name: dev, branch: \"a..b\"}]\n" SERVICES,
			"2:36: 'branch' must be the name of a Git branch, not 'a..b'\n"},
		{HEAD ENVS "services: [{name: web, path: apps/web}]\n", ""},
		{HEAD ENVS "services: [{name: web, path: apps/web, update: []}]\n",
			"3:48: 'update' is an empty list [leave it out and the places are found "
			"out]\n"},
		{HEAD ENVS SERVICES "commit: {subject: \"{x}\", author: {name: a<b, email: x}}\n",
			"4:19: 'subject' must be one line with {service}, {env}, {tag} and {from} "
			"in it, not '{x}' [other words stand in no braces]\n"
			"4:41: 'name' must be a person's name without '<' and '>', not 'a<b'\n"
			"4:53: 'email' must be an e-mail address, not 'x'\n"},
		{HEAD ENVS SERVICES "commit: {subject: \"a\\nb\"}\n",
			"4:19: 'subject' must be one line with {service}, {env}, {tag} and {from} "
			"in it, not 'a\nb'\n"},
	};

	(void)state;
	expect_all(cases, SG_COUNT(cases));
}

static void yaml_errors_are_findings(void **state)
{
	struct sg_buf out;

	(void)state;
	lint("version: 1\nversion: 1\n", &out);
	assert_true(sg_str_starts(sg_buf_str(&out), "2:1: "));
	sg_buf_release(&out);
	lint("version: [1\n", &out);
	assert_true(sg_str_starts(sg_buf_str(&out), "2:1: "));
	sg_buf_release(&out);
	lint("a: &x 1\n", &out);
	assert_true(sg_str_starts(sg_buf_str(&out), "1:4: "));
	sg_buf_release(&out);
}

#define PROD(gates) HEAD "environments:\n- {name: dev}\n- {name: prod, " gates "}\n" SERVICES

static void gates_are_checked(void **state)
{
	static const struct bad_case cases[] = {
		{PROD("gates: [{type: helth}]"), "4:31: 'type' must be one of health, soak, "
						 "approval, freeze, not 'helth' [did you mean "
						 "'health'?]\n"},
		{PROD("gates: [{type: quorum}]"), "4:31: 'type' must be one of health, soak, "
						  "approval, freeze, not 'quorum'\n"},
		{PROD("gates: [{type: soak, durration: 1h}]"),
			"4:37: unknown key 'durration' in gate [did you mean 'duration'?]\n"
			"4:37: 'duration' is missing in gate soak\n"},
		{PROD("gates: [{type: freeze, durration: 1h}]"),
			"4:39: unknown key 'durration' in gate [known keys: type]\n"},
		{PROD("gates: [{type: soak, duration: 900ms}, {type: soak, duration: 91d}]"),
			"4:47: a soak takes from 1s to 90d, not '900ms'\n"
			"4:78: a soak takes from 1s to 90d, not '91d'\n"},
		{PROD("gates: [{type: soak, duration: 1s}, {type: soak, duration: 90d}]"), ""},
		{PROD("publish: merge-request, gates: [{type: approval, count: 2}]"),
			"4:65: 'from' is missing in gate approval\n"},
		{PROD("publish: merge-request, gates: [{type: approval, from: []}]"),
			"4:71: 'from' is an empty list\n"},
		{PROD("gates: [{duration: 1h}]"), "4:25: 'type' is missing in gate\n"},
		{PROD("gates: [{type: soak}]"), "4:25: 'duration' is missing in gate soak\n"},
		{PROD("gates: [{type: soak, duration: soon}]"),
			"4:47: 'duration' must be a duration such as 90s, 30m, 2h or 1h30m, not "
			"'soon'\n"},
		{PROD("gates: [{type: soak, duration: 0}]"),
			"4:47: 'duration' must be a duration such as 90s, 30m, 2h or 1h30m, not "
			"'0'\n"},
		{PROD("gates: [{type: health, duration: 1h, count: 2}]"),
			"4:39: 'duration' does not belong to a gate of type 'health' [it belongs "
			"to "
			"soak]\n"
			"4:53: 'count' does not belong to a gate of type 'health' [it belongs to "
			"approval]\n"},
		{PROD("publish: commit, gates: [{type: approval, from: ['@a']}]"),
			"4:41: an approval gate needs a merge request, and 'prod' publishes by "
			"commit [set 'publish: merge-request']\n"},
		{PROD("merge: human"), "4:23: 'merge: human' needs a merge request, and 'prod' "
				       "publishes by commit "
				       "[set 'publish: merge-request']\n"},
		{PROD("merge: gitlab"),
			"4:23: 'merge: gitlab' needs a merge request, and 'prod' publishes by "
			"commit [set 'publish: merge-request']\n"},
		{PROD("publish: merge-request, merge: gitlab, gates: [{type: soak, duration: 1h}]"),
			""},
		{PROD("publish: merge-request, merge: gitlab, gates: [{type: soak, duration: 1h}, "
		      "{type: health}, {type: freeze}]"),
			"4:47: with 'merge: gitlab' GitLab merges when it likes, and the gate "
			"'health' of 'prod' is decided right before the merge [set 'merge: auto', "
			"or leave the gate away]\n"},
		{PROD("publish: merge-request, gates: [{type: approval, count: 0, from: ['@a']}]"),
			"4:72: 'count' must be a number from 1 to 100, not '0'\n"},
		{PROD("publish: merge-request, gates: [{type: approval, from: [jane], exclude: "
		      "[me]}]"),
			"4:72: 'from' must be \"@user\" or \"@group/subgroup\", not 'jane'\n"
			"4:89: 'exclude' must be requester or authors, not 'me'\n"},
		{HEAD "environments:\n- {name: dev, gates: [{type: health}]}\n" SERVICES,
			"3:23: a health gate looks at the environment before, and 'dev' has "
			"none\n"},
		{PROD("after: [], gates: [{type: soak, duration: 1h}]"),
			"4:35: a soak gate looks at the environment before, and 'prod' has none\n"},
		{PROD("publish: merge-request, gates: [{type: freeze}, {type: approval, from: "
		      "['@a/b']}]"),
			""},
	};

	(void)state;
	expect_all(cases, SG_COUNT(cases));
}

static void the_environment_of_deployments_is_a_name_for_gitlab(void **state)
{
#define SAYS(value)                                                                                \
	"4:23: 'environment' must be letters, digits, blanks and '-_./' with {service}, {env} "    \
	"and {short} in it, not '" value "'\n"
	static const struct bad_case cases[] = {
		{HEAD ENVS SERVICES "gitlab: {environment: production}\n", ""},
		{HEAD ENVS SERVICES "gitlab: {environment: \"{short} x/{service}\"}\n", ""},
		{HEAD ENVS SERVICES "gitlab: {environment: /x}\n", SAYS("/x")},
		{HEAD ENVS SERVICES "gitlab: {environment: x/}\n", SAYS("x/")},
		{HEAD ENVS SERVICES "gitlab: {environment: \"x&y\"}\n", SAYS("x&y")},
		{HEAD ENVS SERVICES "gitlab: {environment: \"{tag}\"}\n", SAYS("{tag}")},
	};
#undef SAYS

	(void)state;
	expect_all(cases, SG_COUNT(cases));
}

static void former_bots_are_numbers_of_users(void **state)
{
	static const struct bad_case cases[] = {
		{HEAD ENVS SERVICES "gitlab: {former_bots: []}\n", ""},
		{HEAD ENVS SERVICES "gitlab: {}\n", ""},
		{HEAD ENVS SERVICES "gitlab: {former_bot: [1]}\n",
			"4:10: unknown key 'former_bot' in gitlab [did you mean 'former_bots'?]\n"},
		{HEAD ENVS SERVICES "gitlab: {former_bots: 7}\n",
			"4:23: 'former_bots' must be a list, not a single value [each item starts "
			"with '- ']\n"},
		{HEAD ENVS SERVICES "gitlab: {former_bots: [0, -1, \"7\", bot, "
				    "9223372036854775808, ~, [1]]}\n",
			"4:24: 'former_bots' must be numbers of users, each more than 0, not '0'\n"
			"4:27: 'former_bots' must be numbers of users, each more than 0, not '-1'\n"
			"4:31: 'former_bots' must be numbers of users, each more than 0, not '7'\n"
			"4:36: 'former_bots' must be numbers of users, each more than 0, not "
			"'bot'\n"
			"4:41: 'former_bots' must be numbers of users, each more than 0, not "
			"'9223372036854775808'\n"
			"4:62: 'former_bots' has no value\n"
			"4:65: 'former_bots' must be numbers of users, each more than 0, not a "
			"list\n"},
	};

	(void)state;
	expect_all(cases, SG_COUNT(cases));
}

static void the_way_of_commits_is_checked(void **state)
{
	static const struct bad_case cases[] = {
		{HEAD ENVS SERVICES "publish: {via: api}\n", ""},
		{HEAD ENVS SERVICES "publish: {via: ssh}\n",
			"4:16: 'via' must be one of auto, api, git, not 'ssh'\n"},
		{HEAD ENVS SERVICES "publish: api\n",
			"4:10: publish must be a mapping of keys to values, not a single value\n"},
		{HEAD ENVS SERVICES "publish: {via: git}\ncommit: {sign: required}\n", ""},
		{HEAD ENVS SERVICES "publish: {via: api}\ncommit: {sign: optional}\n", ""},
		{HEAD ENVS SERVICES "commit: {sign: required}\npublish: {via: api}\n",
			"5:16: GitLab's API takes no signature of ours, and 'commit.sign' asks for "
			"one [set 'via: git' or 'via: auto']\n"},
	};

	(void)state;
	expect_all(cases, SG_COUNT(cases));
}

static void order_is_checked(void **state)
{
	static const struct bad_case cases[] = {
		{HEAD "environments:\n- {name: a, after: [c]}\n- {name: b}\n- {name: c}\n" SERVICES,
			"3:20: the order of the environments runs in a circle through 'a' [an "
			"environment without 'after' comes after the one listed before it]\n"},
		{HEAD "environments:\n- {name: a}\n- {}\n- {name: c, after: [b]}\n" SERVICES,
			"4:3: 'name' is missing in environment\n"
			"5:21: 'after' names the environment 'b', which is not there\n"},
		{HEAD "environments:\n- {name: a, after: [a]}\n" SERVICES,
			"3:21: environment 'a' comes after itself\n"},
		{HEAD "environments:\n- {name: staging}\n- {name: b, after: [stagin]}\n" SERVICES,
			"4:21: 'after' names the environment 'stagin', which is not there [did you "
			"mean 'staging'?]\n"},
		{HEAD "environments:\n- {name: a}\n- {name: b, after: [a]}\n- {name: c, after: "
		      "[a]}\n"
		      "- {name: d, after: [b, c]}\n" SERVICES,
			""},
		{HEAD "environments:\n- {name: a}\n- {name: a}\n" SERVICES,
			"4:10: environment name 'a' is there twice\n"},
		{HEAD "environments:\n- {name: prod}\n- {name: production, short: prod}\n" SERVICES,
			"4:29: environment name 'prod' is there twice\n"},
		{HEAD ENVS "services:\n"
			   "- {name: web, path: a, update: [{file: f, key: k}]}\n"
			   "- {name: api, path: b, update: [{file: f, key: k}]}\n"
			   "- {name: web, path: c, update: [{file: f, key: k}]}\n",
			"6:10: service 'web' is there twice\n"},
	};

	(void)state;
	expect_all(cases, SG_COUNT(cases));
}

#define SERVICE(fields) HEAD ENVS "services:\n- {" fields "}\n"
#define UPDATE "update: [{file: f, key: k}]"

static void places_are_checked(void **state)
{
	static const struct bad_case cases[] = {
		{SERVICE("name: \"*\", path: apps, " UPDATE),
			"4:21: 'path' of the service \"*\" needs {service} in it "
			"[\"apps/{service}\"]\n"},
		{SERVICE("name: web, path: \"apps/{svc}\", " UPDATE),
			"4:21: 'path' must be a text with {service}, {env} and {short} in it, not "
			"'apps/{svc}' [other words stand in no braces]\n"},
		{SERVICE("name: web, path: apps/web/, " UPDATE),
			"4:21: the path \"apps/web/\" has a slash too many\n"},
		{SERVICE("name: web, path: \"../x\", " UPDATE),
			"4:21: the path \"../x\" has the component \"..\"\n"},
		{SERVICE("name: web, path: /x, " UPDATE),
			"4:21: the path \"/x\" is not relative\n"},
		{SERVICE("name: web, path: a/.git, " UPDATE),
			"4:21: the path \"a/.git\" has the component \".git\"\n"},
		{SERVICE("name: web, path: a, update: [{file: ../../x, key: k}]"),
			"4:40: the path \"a/../../x\" leads out of the repository\n"},
		{SERVICE("name: web, path: a, update: [{file: f}]"),
			"4:33: an update needs 'key', 'image' or 'marker' ['key: image.tag' for a "
			"values file, 'image: NAME' for a kustomization, 'marker: NAME' for "
			"comments]\n"},
		{SERVICE("name: web, path: a, update: [{file: f, key: k, image: i}]"),
			"4:33: an update has one of 'key', 'image' and 'marker', not several\n"},
		{SERVICE("name: web, path: a, update: [{file: f, marker: m, image: i}]"),
			"4:33: an update has one of 'key', 'image' and 'marker', not several\n"},
		{SERVICE("name: web, path: a, update: [{file: f, marker: m, part: tag}]"),
			"4:54: 'part' does not go with 'marker' [write :tag, :name or :digest "
			"behind the name in the comment]\n"},
		{SERVICE("name: web, path: a, update: [{key: k}]"),
			"4:34: 'file' is missing in update\n"},
		{SERVICE("name: web, path: a, update: [{file: f, key: k, part: tags}]"),
			"4:57: 'part' must be one of tag, repository, reference, digest, version, "
			"not "
			"'tags' [did you mean 'tag'?]\n"},
		{SERVICE("name: web, path: a, image: \"r/web:1\", " UPDATE),
			"4:31: 'image' must be a repository without tag, not 'r/web:1'\n"},
		{SERVICE("name: web, path: a, image: \"R//web\", " UPDATE),
			"4:31: 'image' must be a repository without tag, not 'R//web'\n"},
		{SERVICE("name: a/b, path: a, " UPDATE),
			"4:10: 'name' must be a name as in `apps/NAME`, or \"*\", not 'a/b'\n"},
		{HEAD "environments: [{name: dev, application: \"a/b/c\"}]\n" SERVICES,
			"2:41: 'application' must give NAME or NAMESPACE/NAME as Kubernetes has "
			"them, not 'a/b/c'\n"},
		{HEAD "environments: [{name: dev, application: a, selector: b}]\n" SERVICES,
			"2:28: 'application' and 'selector' exclude each other [name one "
			"Application, or say which there are by label or set]\n"},
		{HEAD "environments: [{name: dev, applicationSet: a, application: b}]\n" SERVICES,
			"2:47: 'application' and 'applicationSet' exclude each other [name one "
			"Application, or say which there are by label or set]\n"},
		{HEAD "environments: [{name: dev, workload: web}]\n" SERVICES,
			"2:38: 'workload' must give KIND/NAME or NAMESPACE/KIND/NAME, not 'web' "
			"[kinds are Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, "
			"Pod and Rollout]\n"},
		{HEAD "environments: [{name: dev, workload: \"deployment/web "
		      "pods/web\"}]\n" SERVICES,
			"2:38: 'workload' must give KIND/NAME or NAMESPACE/KIND/NAME, not "
			"'deployment/web pods/web' [kinds are Deployment, StatefulSet, DaemonSet, "
			"ReplicaSet, Job, CronJob, Pod and Rollout]\n"},
		{HEAD "environments: [{name: dev, cluster: {namespace: shop}, workload: "
		      "\"deployment/web job/web shop/Deployment/web\"}]\n" SERVICES,
			"2:66: 'workload' names 'shop/Deployment/web' twice\n"},
		{HEAD "environments: [{name: dev, workload: \" , \"}]\n" SERVICES,
			"2:38: 'workload' must give KIND/NAME or NAMESPACE/KIND/NAME, not ' , ' "
			"[kinds are Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, CronJob, "
			"Pod and Rollout]\n"},
		{HEAD "environments: [{name: dev, workload: \"a/Deployment/{nobody}\"}]\n" SERVICES,
			"2:38: 'workload' must be a text with {service}, {env} and {short} in it, "
			"not 'a/Deployment/{nobody}' [other words stand in no braces]\n"},
		{HEAD "environments: [{name: dev, workload: job/a, application: b}]\n" SERVICES,
			"2:28: 'workload' beside another of 'application', 'kustomization', "
			"'helm_release' and 'workload' [keep one]\n"},
		{HEAD "environments: [{name: dev, workload: job/a, selector: b}]\n" SERVICES,
			"2:28: 'workload' and 'selector' exclude each other [name one "
			"Application, or say which there are by label or set]\n"},
		{HEAD "environments: [{name: dev, workload: job/a, sync: true}]\n" SERVICES,
			"2:45: 'sync' is for Applications of Argo CD, and 'dev' follows "
			"workloads\n"},
		{HEAD "environments: [{name: dev, workload: job/a, cluster: {workloads: "
		      "b}}]\n" SERVICES,
			"2:55: 'workloads' is for Applications of Argo CD, and 'dev' follows "
			"workloads\n"},
		{HEAD "environments: [{name: dev, selector: \"  \"}]\n" SERVICES,
			"2:38: 'selector' is blank, which would select every Application\n"},
		{HEAD "environments: [{name: dev, selector: \"app={services}\"}]\n" SERVICES,
			"2:38: 'selector' must be a text with {service}, {env} and {short} in it, "
			"not 'app={services}' [other words stand in no braces]\n"},
		{HEAD "environments: [{name: dev, application: \"{service}_dev\"}]\n" SERVICES,
			"2:41: 'application' must give NAME or NAMESPACE/NAME as Kubernetes has "
			"them, not 'sample_dev'\n"},
	};

	(void)state;
	expect_all(cases, SG_COUNT(cases));
}

static void all_findings_come_in_order(void **state)
{
	struct sg_buf out;

	(void)state;
	lint("version: 3\nenvironments:\n- {nam: a, publish: x}\nservices:\n- {name: web, pth: "
	     "a}\n",
		&out);
	assert_string_equal(out.ptr,
		"1:10: version 3 of the configuration is not known [a newer stagegate may know it; "
		"this one knows version 1]\n"
		"3:4: unknown key 'nam' in environment [did you mean 'name'?]\n"
		"3:12: 'name' is missing in environment\n"
		"3:21: 'publish' must be one of commit, merge-request, not 'x'\n"
		"5:15: unknown key 'pth' in service [did you mean 'path'?]\n"
		"5:15: 'path' is missing in service\n");
	sg_buf_release(&out);
}

static void hostile_amounts_are_bounded(void **state)
{
	struct sg_arena arena = {0};
	struct sg_findings findings = {0};
	struct sg_policy policy;
	struct sg_buf text;

	(void)state;
	sg_buf_init(&text, 8 << 20);
	for (int i = 0; i < 20000; i++)
		sg_buf_addf(&text, "enviroment%d: \"\\e[31m\"\n", i);
	assert_false(sg_config_lint(&arena, "s", sg_buf_str(&text), &policy, &findings));
	assert_true(findings.count <= 101);
	findings = (struct sg_findings){0};
	sg_buf_reset(&text);
	sg_buf_adds(&text, HEAD "environments:\n");
	for (int i = 0; i < 5000; i++)
		sg_buf_addf(&text, "- {name: e%d, after: [e%d]}\n", i, i + 1);
	sg_buf_adds(&text, SERVICES);
	assert_false(sg_config_lint(&arena, "s", sg_buf_str(&text), &policy, &findings));
	assert_int_equal(findings.count, 1);
	assert_string_equal(findings.items[0].text, "'environments' has 5000 items; at most 64");
	sg_buf_release(&text);
	sg_arena_release(&arena);
}

static void names_are_matched(void **state)
{
	struct sg_arena arena = {0};
	struct sg_policy p, named;
	struct sg_err err = SG_ERR_INIT;
	const struct sg_service *entry;
	const struct sg_environment *env;
	static const char *const folders[] = {"catalog", "checkout"};

	(void)state;
	assert_int_equal(sg_config_load(&arena, "stagegate.yaml", sg_str_of(full), &p, &err), 0);
	assert_int_equal(
		sg_config_load(&arena, "n.yaml", SG_STR(HEAD ENVS SERVICES), &named, &err), 0);
	assert_int_equal(sg_config_service(&p, "123", &entry, &err), 0);
	assert_string_equal(entry->name, "123");
	assert_int_equal(sg_config_service(&p, "catalog", &entry, &err), 0);
	assert_string_equal(entry->name, "*");
	assert_int_equal(sg_config_service(&p, "../x", &entry, &err), -1);
	assert_int_equal(err.reason, SG_R_USAGE);
	assert_int_equal(sg_config_service(&p, "*", &entry, &err), -1);
	assert_int_equal(err.reason, SG_R_USAGE);
	assert_int_equal(sg_config_service(&named, "wbe", &entry, &err), -1);
	assert_int_equal(err.reason, SG_R_SERVICE_UNKNOWN);
	assert_string_equal(err.cause, "no service 'wbe' in n.yaml");
	assert_string_equal(err.hint, "did you mean 'web'? services: web");
	assert_int_equal(sg_config_environment(&p, "staging", &env, &err), 0);
	assert_ptr_equal(env, &p.environments[1]);
	assert_int_equal(sg_config_environment(&p, "stagign", &env, &err), -1);
	assert_int_equal(err.reason, SG_R_ENVIRONMENT_UNKNOWN);
	assert_string_equal(
		err.hint, "did you mean 'staging'? environments: dev, staging, production");
	assert_int_equal(sg_config_environment(&p, "prod", &env, &err), -1);
	assert_string_equal(err.hint, "'prod' is the short form of 'production'");
	assert_int_equal(sg_config_no_folder("catalgo", "apps on develop", folders, 2, &err), -1);
	assert_int_equal(err.reason, SG_R_SERVICE_UNKNOWN);
	assert_string_equal(err.cause, "no service 'catalgo': no such folder in apps on develop");
	assert_string_equal(err.hint, "did you mean 'catalog'? folders: catalog, checkout");
	sg_arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_configuration),
		cmocka_unit_test(smallest_configuration),
		cmocka_unit_test(applications_by_label_and_set),
		cmocka_unit_test(shape_is_checked),
		cmocka_unit_test(yaml_errors_are_findings),
		cmocka_unit_test(gates_are_checked),
		cmocka_unit_test(former_bots_are_numbers_of_users),
		cmocka_unit_test(the_environment_of_deployments_is_a_name_for_gitlab),
		cmocka_unit_test(the_way_of_commits_is_checked),
		cmocka_unit_test(order_is_checked),
		cmocka_unit_test(places_are_checked),
		cmocka_unit_test(all_findings_come_in_order),
		cmocka_unit_test(hostile_amounts_are_bounded),
		cmocka_unit_test(names_are_matched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
