/* Workloads in another cluster than their Application: which is asked, and what is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "step/workload_run.h"
#include "workloads_world.h"

#define BEYOND "https://prod.example.com"
#define DEPLOYMENT "/apis/apps/v1/namespaces/shop/deployments/web"
#define ALL_PODS "/api/v1/namespaces/shop/pods?limit=50&labelSelector=app%3Dweb"
#define JOB_PODS "/api/v1/namespaces/shop/pods?limit=50&labelSelector=job-name"

static void begin(struct workloads_world *b, struct cluster_world *w, enum sg_app_kind kind,
	enum sg_app_row row)
{
	workloads_world_begin(b, w, kind, row);
	b->access.redactor = w->redactor;
	b->access.source = "context \"prod-work\" of config";
	b->access.token = sg_secret_new(w->redactor, SG_STR("beyond-token"));
	assert_int_equal(sg_cluster_access_server(&b->access, BEYOND, "test", &b->err), 0);
	b->beyond = w->client;
	b->beyond.access = &b->access;
	w->client.beyond = &b->beyond;
	b->app.destination = (struct sg_app_destination){"prod", "", "shop"};
	b->app.resources = &b->resources[1];
	b->app.resource_count = 1;
}

static void end(struct workloads_world *b)
{
	workloads_world_end(b);
	sg_cluster_access_release(&b->access);
}

static const char *denied(const struct workloads_world *b)
{
	return sg_workloads_denied(b->workloads);
}

static void reply(struct workloads_world *b, const char *url, const char *body)
{
	(void)script_reply(b->w->script, "GET", url, 200, body);
}

/* With those marks of Argo CD. */
static const char *deployment(struct workloads_world *b, const char *tracking, const char *instance)
{
	return sg_arena_printf(&b->w->arena,
		"{\"metadata\":{\"name\":\"web\",\"namespace\":\"shop\",\"uid\":\"d\","
		"\"generation\":1,\"annotations\":{\"argocd.argoproj.io/tracking-id\":\"%s\"},"
		"\"labels\":{\"app.kubernetes.io/instance\":\"%s\"}},\"spec\":{\"replicas\":1,"
		"\"selector\":{\"matchLabels\":{\"app\":\"web\"}},\"template\":{\"spec\":{"
		"\"containers\":[{\"image\":\"r.example.com/web:2\"}]}}},\"status\":{"
		"\"observedGeneration\":1,\"conditions\":[{\"type\":\"ReplicaFailure\",\"status\":"
		"\"True\",\"reason\":\"FailedCreate\",\"message\":\"exceeded quota: small\"}]}}",
		tracking, instance);
}

#define OURS "web-prod:apps/Deployment:shop/web"

static void the_other_cluster_is_asked(void **state)
{
	struct workloads_world b;

	begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	reply(&b, BEYOND DEPLOYMENT, deployment(&b, OURS, ""));
	assert_true(workloads_world_look(&b));
	assert_int_equal(workloads_world_facts(&b)->cause, SG_APP_CODE_QUOTA);
	assert_null(denied(&b));
	end(&b);
}

/* What Argo CD deploys beside itself is read there, as if there were no other. */
static void beside_its_application_it_is_not(void **state)
{
	struct workloads_world b;

	begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	b.app.destination = (struct sg_app_destination){"in-cluster", "", "shop"};
	reply(&b, SERVER DEPLOYMENT, deployment(&b, "", ""));
	assert_true(workloads_world_look(&b));
	end(&b);
}

/* Argo CD's own API has no workloads: all are where the configuration says. */
static void of_argocds_own_api_all_are_there(void **state)
{
	struct workloads_world b;

	begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	b.w->access.speech = SG_SPEAKS_ARGOCD;
	b.app.destination = (struct sg_app_destination){"in-cluster", "", "shop"};
	reply(&b, BEYOND DEPLOYMENT, deployment(&b, OURS, ""));
	assert_true(workloads_world_look(&b));
	b.w->access.speech = SG_SPEAKS_KUBERNETES;
	end(&b);
}

/* The same names in the wrong cluster: what runs there is no answer. */
static void what_is_of_another_application_says_nothing(void **state)
{
	struct workloads_world b;

	begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	reply(&b, BEYOND DEPLOYMENT, deployment(&b, "web-dev:apps/Deployment:shop/web", ""));
	assert_true(workloads_world_look(&b));
	assert_string_equal(workloads_world_facts(&b)->sentence, "");
	assert_non_null(strstr(denied(&b), "context \"prod-work\" of config: Deployment shop/web "
					   "at " BEYOND " is of another application than web-prod: "
					   "it is tracked as 'web-dev:apps"));
	assert_non_null(strstr(denied(&b), "`workloads:`"));
	end(&b);
}

static void images_of(
	struct workloads_world *b, const char *tracking, const char *instance, bool complete)
{
	reply(b, BEYOND DEPLOYMENT, deployment(b, tracking, instance));
	reply(b, BEYOND ALL_PODS, "{\"items\":[]}");
	if (complete)
		reply(b, BEYOND JOB_PODS, "{\"items\":[]}");
	script_advance(b->w->script, 20000);
	assert_true(workloads_world_look(b));
	assert_int_equal(workloads_world_facts(b)->complete, complete);
}

/* What decides about images has to be proven to be of this application. */
static void only_what_is_proven_decides_about_images(void **state)
{
	struct workloads_world b;

	begin(&b, *state, SG_APP_SUCCESS, SG_APP_ROW_23);
	b.verdict.images_unseen = 1;
	images_of(&b, OURS, "", true);
	images_of(&b, "argocd_" OURS, "", true);
	images_of(&b, "", "web-prod", true);
	images_of(&b, "", "", false);
	images_of(&b, "", "web", false);                                   /* a chart's own label */
	images_of(&b, "web-prod:apps/Deployment:shop/another", "", false); /* copied */
	images_of(&b, "web-prod", "", false);
	images_of(&b, "web-dev:apps/Deployment:shop/another", "web-prod", true);
	images_of(&b, "::/", "", false);
	b.app.destination = (struct sg_app_destination){"", BEYOND, "shop"};
	images_of(&b, "", "", true); /* the address that Argo CD itself deploys to */
	end(&b);
}

static void what_is_denied_names_the_context(void **state)
{
	struct workloads_world b;

	begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	script_header(script_reply(b.w->script, "GET", BEYOND DEPLOYMENT, 403,
			      "{\"kind\":\"Status\",\"message\":\"no\",\"reason\":\"Forbidden\","
			      "\"code\":403}"),
		"Content-Type", "application/json");
	assert_true(workloads_world_look(&b));
	assert_non_null(strstr(denied(&b), "context \"prod-work\" of config: " BEYOND
					   " answers 403 about deployments of namespace "
					   "\"shop\""));
	assert_non_null(strstr(denied(&b), "verb \"get\" on resource \"deployments\""));
	end(&b);
}

/* It is left alone for a minute by everybody, said, and forgotten when it answers. */
static void one_that_is_away_costs_no_time(void **state)
{
	struct sg_workloads *another;
	struct workloads_world b;
	bool read;

	begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	(void)script_reply(b.w->script, "GET", BEYOND DEPLOYMENT, 400, "no");
	assert_false(workloads_world_look(&b));
	assert_non_null(strstr(denied(&b), "context \"prod-work\" of config: "));
	assert_false(sg_workloads_wanted(b.workloads, &b.app, &b.verdict)); /* nobody waits */
	assert_int_equal(sg_workloads_due_ms(b.workloads, &b.app, &b.verdict),
		script_now_ms(b.w->script) + 60000);
	another = sg_workloads_new(&b.world, &b.w->client, false);
	assert_int_equal(sg_workloads_look(another, &b.app, &b.verdict, &read, &b.err), 0);
	assert_false(read);
	assert_null(sg_workloads_denied(another));
	sg_workloads_free(another);
	script_advance(b.w->script, 60000);
	reply(&b, BEYOND DEPLOYMENT, deployment(&b, OURS, ""));
	assert_true(workloads_world_look(&b));
	assert_null(denied(&b));
	end(&b);
}

/* Too many reads are under way, and then it is known to be away: nothing is owed any more. */
static void one_that_is_away_owes_no_read(void **state)
{
	struct workloads_world b;
	bool read;

	begin(&b, *state, SG_APP_POLICY, SG_APP_ROW_20);
	b.world.scans = SG_WORKLOAD_RUNS_MAX;
	assert_int_equal(sg_workloads_look(b.workloads, &b.app, &b.verdict, &read, &b.err), 0);
	assert_true(sg_workloads_wanted(b.workloads, &b.app, &b.verdict));
	assert_int_equal(sg_workloads_due_ms(b.workloads, &b.app, &b.verdict),
		script_now_ms(b.w->script) + SG_WORKLOAD_RUN_LATER_MS);
	b.world.scans = 0;
	b.beyond.away_ms = script_now_ms(b.w->script) + 60000; /* as another of the run has found */
	assert_int_equal(sg_workloads_look(b.workloads, &b.app, &b.verdict, &read, &b.err), 0);
	assert_false(sg_workloads_wanted(b.workloads, &b.app, &b.verdict));
	assert_int_equal(sg_workloads_due_ms(b.workloads, &b.app, &b.verdict), SG_NEVER);
	end(&b);
}

/* More children than are remembered: the one that was asked about longest ago is forgotten. */
static void there_are_not_endlessly_many(void **state)
{
	char names[SG_WORKLOADS_APPS_MAX + 1][8];
	struct workloads_world b;

	begin(&b, *state, SG_APP_WAIT, SG_APP_ROW_18);
	for (size_t i = 0; i <= SG_WORKLOADS_APPS_MAX; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "app%02zu", i);
		b.app.name = names[i];
		reply(&b, BEYOND DEPLOYMENT, deployment(&b, "", ""));
		assert_true(workloads_world_look(&b));
		assert_non_null(workloads_world_facts(&b));
		script_advance(b.w->script, 1000);
	}
	b.app.name = names[0];
	assert_null(workloads_world_facts(&b));
	b.app.name = names[1];
	assert_non_null(workloads_world_facts(&b));
	b.app.namespace = "argoc";
	assert_null(workloads_world_facts(&b));
	end(&b);
}

#define STORY(name)                                                                                \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORY(the_other_cluster_is_asked),
		STORY(beside_its_application_it_is_not),
		STORY(of_argocds_own_api_all_are_there),
		STORY(what_is_of_another_application_says_nothing),
		STORY(only_what_is_proven_decides_about_images),
		STORY(what_is_denied_names_the_context),
		STORY(one_that_is_away_costs_no_time),
		STORY(one_that_is_away_owes_no_read),
		STORY(there_are_not_endlessly_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
