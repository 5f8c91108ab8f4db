/* model/soak.h: since when a version runs well, by pods and what has made them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/workload.h"
#include "model/ids.h"
#include "model/soak.h"

#define WEB "registry.example.com/shop/web:2"
#define T(clock) "2026-02-02T" clock ":00Z"
#define NOW T("12:00")
#define NONE NULL

/* A pod; NULL: it has no such field. */
struct pod {
	const char *created, *ready, *started;
	const char *status; /* of Ready; NULL: True */
	const char *image;  /* NULL: WEB */
	const char *owner;  /* kind; NULL: ReplicaSet */
	const char *deleted;
	const char *phase; /* NULL: Running */
	const char *runs;  /* what the container was started with; NULL: `image` */
};

struct story {
	struct sg_arena arena;
	struct sg_workload workload;
	struct sg_app_pod pods[4];
	struct sg_app_workloads seen;
	struct sg_soak soak;
};

static int64_t at(const char *text)
{
	int64_t unix_s;

	if (!text)
		return SG_APP_NO_TIME;
	assert_true(sg_time_parse(sg_str_of(text), &unix_s));
	return unix_s;
}

static struct sg_json *parse(const char *text)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc;

	if (sg_json_parse(sg_str_of(text), &doc, &err) < 0)
		fail_msg("%s in %s", err.cause, text);
	return doc;
}

static const char *field(struct story *s, const char *name, const char *value)
{
	return value ? sg_arena_printf(&s->arena, "\"%s\":\"%s\"", name, value)
		     : sg_arena_printf(&s->arena, "\"no-%s\":1", name);
}

static void workload(
	struct story *s, enum sg_workload_kind kind, const char *metadata, const char *conditions)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_json *doc = parse(sg_arena_printf(&s->arena,
		"{\"metadata\":{\"name\":\"web\"%s},\"status\":{\"conditions\":[%s]}}", metadata,
		conditions));

	if (sg_workload_decode(doc, kind, &s->arena, &s->workload, &err) < 0)
		fail_msg("%s", err.cause);
	sg_json_free(doc);
}

static void add(struct story *s, const struct pod *pod)
{
	struct sg_err err = SG_ERR_INIT;
	struct sg_pod facts;
	struct sg_json *doc = parse(sg_arena_printf(&s->arena,
		"{\"metadata\":{\"name\":\"web-x\",\"namespace\":\"shop\",%s,%s,"
		"\"ownerReferences\":[{\"kind\":\"%s\",\"name\":\"w\",\"uid\":\"u\","
		"\"controller\":true}]},\"spec\":{\"containers\":[{\"name\":\"web\","
		"\"image\":\"%s\"}]},\"status\":{\"phase\":\"%s\",\"conditions\":[{"
		"\"type\":\"Ready\",\"status\":\"%s\",%s}],\"initContainerStatuses\":[{"
		"\"name\":\"i\",\"state\":{\"terminated\":{\"exitCode\":0}}}],"
		"\"containerStatuses\":[{\"name\":\"web\",%s,\"state\":{\"running\":{%s}}}]}}",
		field(s, "creationTimestamp", pod->created),
		field(s, "deletionTimestamp", pod->deleted), pod->owner ? pod->owner : "ReplicaSet",
		pod->image ? pod->image : WEB, pod->phase ? pod->phase : "Running",
		pod->status ? pod->status : "True", field(s, "lastTransitionTime", pod->ready),
		field(s, "image",
			pod->runs    ? pod->runs
			: pod->image ? pod->image
				     : WEB),
		field(s, "startedAt", pod->started)));

	if (sg_pod_decode(doc, &s->arena, &facts, &err) < 0)
		fail_msg("%s", err.cause);
	sg_json_free(doc);
	s->pods[s->seen.pod_count++] = sg_soak_pod(&s->workload, &facts, &s->arena);
	s->seen.pods = s->pods;
}

#define DONE_AT(time)                                                                              \
	"{\"type\":\"Progressing\",\"status\":\"True\",\"reason\":\"NewReplicaSetAvailable\","     \
	"\"lastTransitionTime\":\"" T("01:00") "\",\"lastUpdateTime\":\"" time "\"}"

/* A Deployment that was rolled out at 03:00, without pods. */
static void begin(struct story *s)
{
	*s = (struct story){0};
	workload(s, SG_WORKLOAD_DEPLOYMENT, "", DONE_AT(T("03:00")));
	s->seen = (struct sg_app_workloads){.sentence = "", .complete = true};
}

/* SINCE NULL: not known, and told with WORD. Releases the story. */
static void expect(struct story *s, const char *since, const char *word)
{
	sg_soak_of_workload(&s->workload, &s->seen, WEB, at(NOW), &s->arena, &s->soak);
	assert_int_equal(s->soak.since_s, at(since));
	if (!strstr(s->soak.why, word))
		fail_msg("'%s' is not in '%s'", word, s->soak.why);
	sg_arena_release(&s->arena);
}

#define WELL                                                                                       \
	{                                                                                          \
		T("02:00"), T("02:01"), T("02:00"), NULL, NULL, NULL, NULL, NULL, NULL             \
	}

static void each_time_of_a_pod_counts_where_it_is_the_latest(void **state)
{
	static const struct {
		struct pod pod;
		const char *since, *word;
	} rows[] = {
		{WELL, T("03:00"), ""}, /* the roll-out */
		{{.created = T("02:00"), .ready = T("04:00"), .started = T("02:00")}, T("04:00"),
			""},
		{{.created = T("02:00"), .ready = T("02:00"), .started = T("05:00")}, T("05:00"),
			""}, /* a container that was started again */
		{{.created = T("06:00"), .ready = T("02:00"), .started = T("02:00")}, T("06:00"),
			""}, /* the node's clock goes back */
		{{.created = T("02:00"), .ready = "2999-01-01T00:00:00Z", .started = T("02:00")},
			"2999-01-01T00:00:00Z", ""}, /* the gate says that it is to come */
		{{.created = T("02:00"),
			 .ready = T("02:00"),
			 .started = T("02:00"),
			 .status = "False"},
			NOW, ""},
		{{.created = NONE, .ready = T("02:00"), .started = T("02:00")}, NONE, "shop/web-x"},
		{{.created = T("02:00"), .ready = NONE, .started = T("02:00")}, NONE, "shop/web-x"},
		{{.created = T("02:00"), .ready = T("02:00"), .started = NONE}, NONE, "shop/web-x"},
		{{.created = "soon", .ready = T("02:00"), .started = T("02:00")}, NONE, "shop/web"},
		{{.created = T("02:00"), .ready = "2026-13-40", .started = T("02:00")}, NONE,
			"shop/web"},
		{{.created = T("02:00"), .ready = T("02:00"), .started = "-1"}, NONE, "shop/web"},
		/* what does not stay, or runs something else, says nothing */
		{{.created = T("02:00"),
			 .ready = T("02:00"),
			 .started = T("02:00"),
			 .deleted = T("02:00")},
			NONE, "no pod"},
		{{.created = T("02:00"),
			 .ready = T("02:00"),
			 .started = T("02:00"),
			 .phase = "Succeeded"},
			NONE, "no pod"},
		{{.created = T("02:00"),
			 .ready = T("02:00"),
			 .started = T("02:00"),
			 .owner = "Job"},
			NONE, "no pod"},
		{{.created = T("02:00"),
			 .ready = T("02:00"),
			 .started = T("02:00"),
			 .image = "registry.example.com/shop/cache:7"},
			NONE, "no pod"},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct story s;

		begin(&s);
		add(&s, &rows[i].pod);
		expect(&s, rows[i].since, rows[i].word);
	}
}

static void the_youngest_pod_counts(void **state)
{
	static const struct pod young = {
		.created = T("07:00"), .ready = T("07:01"), .started = T("07:00")};
	static const struct pod well = WELL,
				alien = {.created = NONE, .image = "registry.example.com/x:1"};
	struct story s;

	(void)state;
	begin(&s);
	add(&s, &well);
	add(&s, &young);
	add(&s, &alien);
	add(&s, &well);
	expect(&s, T("07:01"), "");
}

static void pods_that_are_not_known_may_be_younger(void **state)
{
	static const struct pod well = WELL;
	struct story s;

	(void)state;
	begin(&s);
	add(&s, &well);
	s.seen.cut = true;
	expect(&s, NONE, "not all");
	begin(&s);
	sg_soak_of_pods(NULL, WEB, at(NOW), &s.arena, &s.soak);
	assert_int_equal(s.soak.since_s, SG_APP_NO_TIME);
	sg_arena_release(&s.arena);
}

/* A pod that is not ready, and no clock of a server to say when that is. */
static void without_a_clock(void **state)
{
	static const struct pod starting = {.created = T("02:00"),
		.ready = T("02:00"),
		.started = T("02:00"),
		.status = "False"};
	struct story s;

	(void)state;
	begin(&s);
	add(&s, &starting);
	sg_soak_of_pods(&s.seen, WEB, 0, &s.arena, &s.soak);
	assert_int_equal(s.soak.since_s, SG_APP_NO_TIME);
	sg_arena_release(&s.arena);
}

#define CONDITION(type, reason, time)                                                              \
	"{\"type\":\"" type "\",\"status\":\"True\",\"reason\":\"" reason                          \
	"\",\"lastTransitionTime\":\"" time "\"}"
#define WRITTEN(rows) ",\"managedFields\":[" rows "]"

static void what_a_workload_says_of_its_roll_out(void **state)
{
	static const struct {
		enum sg_workload_kind kind;
		const char *metadata, *conditions, *since, *word;
	} rows[] = {
		{SG_WORKLOAD_DEPLOYMENT, "", "", NONE, "rolled out"}, /* no progress deadline */
		{SG_WORKLOAD_DEPLOYMENT, "", CONDITION("Progressing", "ReplicaSetUpdated", NOW),
			NONE, "rolled out"},
		{SG_WORKLOAD_DEPLOYMENT, "",
			DONE_AT(T("03:00")) "," CONDITION("Available", "x", T("09:00")), T("09:00"),
			""},
		{SG_WORKLOAD_DEPLOYMENT, "",
			DONE_AT(T("03:00")) "," CONDITION("Available", "x", "yesterday"), NONE,
			"rolled out"},
		{SG_WORKLOAD_DEPLOYMENT, "", DONE_AT("x"), NONE, "rolled out"},
		{SG_WORKLOAD_STATEFUL_SET, "", "", T("02:01"), ""},
		{SG_WORKLOAD_DAEMON_SET, "", "", T("02:01"), ""},
		{SG_WORKLOAD_REPLICA_SET, "", CONDITION("ReplicaFailure", "x", T("04:00")),
			T("04:00"), ""},
		{SG_WORKLOAD_ROLLOUT, "", "", NONE, "rolled out"},
		{SG_WORKLOAD_ROLLOUT, "", CONDITION("Available", "x", T("04:00")), NONE, ""},
		{SG_WORKLOAD_ROLLOUT, "", CONDITION("Completed", "x", T("04:00")), T("04:00"), ""},
		{SG_WORKLOAD_ROLLOUT, "", CONDITION("Healthy", "x", T("05:00")), T("05:00"), ""},
		{SG_WORKLOAD_JOB, "", CONDITION("Complete", "x", T("05:00")), T("05:00"), ""},
		{SG_WORKLOAD_JOB, "", "{\"type\":\"Complete\",\"status\":\"True\"}", NONE,
			"the Job"},
		{SG_WORKLOAD_JOB, "", "", NONE, "the Job"},
		{SG_WORKLOAD_CRON_JOB, "", "", NONE, "managedFields"},
		{SG_WORKLOAD_CRON_JOB, WRITTEN("{\"time\":\"" T("05:00") "\"}"), "", T("05:00"),
			""},
		{SG_WORKLOAD_CRON_JOB,
			WRITTEN("{\"time\":\"" T("05:00") "\"},{\"time\":\"" T(
				"06:00") "\"},"
					 "{\"time\":\"" T(
						 "08:00") "\",\"subresource\":\"status\"}"),
			"", T("06:00"), ""},
		{SG_WORKLOAD_CRON_JOB, WRITTEN("{\"time\":\"" T("05:00") "\"},{\"manager\":\"m\"}"),
			"", NONE, "managedFields"},
		{SG_WORKLOAD_CRON_JOB,
			WRITTEN("{\"time\":\"" T("08:00") "\",\"subresource\":\"status\"}"), "",
			NONE, "managedFields"},
		{SG_WORKLOAD_CRON_JOB, WRITTEN("{}"), "", NONE, "managedFields"},
	};
	static const struct pod well = WELL;

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct story s;

		begin(&s);
		workload(&s, rows[i].kind, rows[i].metadata, rows[i].conditions);
		add(&s, &well);
		expect(&s, rows[i].since, rows[i].word);
	}
}

/* Flux, or a person, gives it another image: the old one still runs, and is ready. */
static void a_pod_whose_image_was_replaced_runs_what_it_was_started_with(void **state)
{
	static const struct {
		const char *image, *runs, *since, *word;
	} rows[] = {
		{WEB, "registry.example.com/shop/web:1", NONE, "no pod that stays"},
		{"registry.example.com/shop/web:3", WEB, T("02:01"), ""},
		{WEB, WEB, T("02:01"), ""},
	};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct pod pod = WELL;
		struct story s;

		pod.image = rows[i].image;
		pod.runs = rows[i].runs;
		begin(&s);
		s.workload = (struct sg_workload){.kind = SG_WORKLOAD_POD};
		add(&s, &pod);
		expect(&s, rows[i].since, rows[i].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_time_of_a_pod_counts_where_it_is_the_latest),
		cmocka_unit_test(the_youngest_pod_counts),
		cmocka_unit_test(pods_that_are_not_known_may_be_younger),
		cmocka_unit_test(without_a_clock),
		cmocka_unit_test(what_a_workload_says_of_its_roll_out),
		cmocka_unit_test(a_pod_whose_image_was_replaced_runs_what_it_was_started_with),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
