#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/survey.h"
#include "cluster_world.h"

#define VERSION SERVER "/version"
#define REVIEWS SERVER "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
#define ARGO_PROJECT SERVER "/apis/argoproj.io/v1alpha1/namespaces/argocd/appprojects/team-a"
#define STATUS_403 "{\"kind\":\"Status\",\"reason\":\"Forbidden\",\"message\":\"no\",\"code\":403}"

static int version(struct cluster_world *w, const char **ret)
{
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_cluster_version(&w->client, cluster_world_in(w, 60000), &w->arena, ret, &w->err);
}

static void the_version(void **state)
{
	struct cluster_world *w = *state;
	const char *text = NULL;

	script_reply(w->script, "GET", VERSION, 200, "{\"gitVersion\":\"v1.35.4\"}");
	assert_int_equal(version(w, &text), 0);
	assert_string_equal(text, "Kubernetes v1.35.4");
	/* hidden by RBAC: the server answers all the same */
	script_reply(w->script, "GET", VERSION, 403, STATUS_403);
	assert_int_equal(version(w, &text), 0);
	assert_null(text);
	script_reply(w->script, "GET", VERSION, 401,
		"{\"kind\":\"Status\",\"message\":\"Unauthorized\",\"code\":401}");
	assert_int_equal(version(w, &text), -1);
	assert_int_equal(w->err.reason, SG_R_AUTH_FAILED);
	cluster_world_done(w);
}

static void servers_that_are_no_kubernetes(void **state)
{
	static const struct {
		int status;
		const char *body;
		int tries; /* what is no JSON may be a hiccup, and is asked for again */
	} answers[] = {
		{200, "<html>Sign in</html>", 3},
		{200, "{\"version\":\"19.5\"}", 1},
		{200, "", 3},
		{403, "Forbidden by the gateway", 1},
		{404, "404 page not found", 1},
		{302, "", 1},
	};
	struct cluster_world *w = *state;
	const char *text;

	for (size_t i = 0; i < SG_COUNT(answers); i++) {
		for (int k = 0; k < answers[i].tries; k++)
			script_reply(w->script, "GET", VERSION, answers[i].status, answers[i].body);
		if (version(w, &text) == 0)
			fail_msg("%d %s was taken", answers[i].status, answers[i].body);
	}
	cluster_world_done(w);
}

static int may(struct cluster_world *w, bool *ret)
{
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_cluster_may(
		&w->client, "argocd", "patch", cluster_world_in(w, 60000), ret, &w->err);
}

static void what_is_allowed(void **state)
{
	struct cluster_world *w = *state;
	struct script_answer *a;
	bool allowed = false;

	a = script_reply(w->script, "POST", REVIEWS, 201,
		"{\"kind\":\"SelfSubjectAccessReview\",\"status\":{\"allowed\":true}}");
	script_want_header(a, "Content-Type", "application/json");
	script_want_body(a, "\"resourceAttributes\":{\"namespace\":\"argocd\",\"verb\":\"patch\","
			    "\"group\":\"argoproj.io\",\"resource\":\"applications\"}");
	assert_int_equal(may(w, &allowed), 0);
	assert_true(allowed);
	script_reply(w->script, "POST", REVIEWS, 201,
		"{\"status\":{\"allowed\":false,\"denied\":true,\"reason\":\"policy\"}}");
	assert_int_equal(may(w, &allowed), 0);
	assert_false(allowed);
	cluster_world_done(w);
}

/* Whatever is no clear answer is none: neither a yes nor a no. */
static void reviews_that_are_not_answered(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_reason reason;
		int tries;
	} answers[] = {
		{201, "{\"status\":{}}", SG_R_ANSWER_INVALID, 1},
		{201, "{\"status\":{\"allowed\":\"true\"}}", SG_R_ANSWER_INVALID, 1},
		{201, "true", SG_R_ANSWER_INVALID, 1},
		{200, "<html></html>", SG_R_ANSWER_INVALID, 3},
		{403, STATUS_403, SG_R_FORBIDDEN, 1},
		{404, "404 page not found", SG_R_NOT_FOUND, 1},
	};
	struct cluster_world *w = *state;
	bool allowed;

	for (size_t i = 0; i < SG_COUNT(answers); i++) {
		for (int k = 0; k < answers[i].tries; k++)
			script_reply(
				w->script, "POST", REVIEWS, answers[i].status, answers[i].body);
		if (may(w, &allowed) == 0)
			fail_msg("%s was taken", answers[i].body);
		if (w->err.reason != answers[i].reason)
			fail_msg("%s: %s", answers[i].body, w->err.cause);
	}
	cluster_world_done(w);
}

static void a_hiccup_is_asked_past(void **state)
{
	struct cluster_world *w = *state;
	const char *text = NULL;

	script_reply(w->script, "GET", VERSION, 200, "{\"gitVersion\":");
	script_reply(w->script, "GET", VERSION, 200, "{\"gitVersion\":\"v1.35.4\"}");
	assert_int_equal(version(w, &text), 0);
	assert_string_equal(text, "Kubernetes v1.35.4");
	cluster_world_done(w);
}

static int project(struct cluster_world *w, const char *name, struct sg_json **ret)
{
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_cluster_get_project(
		&w->client, "argocd", name, cluster_world_in(w, 60000), ret, &w->err);
}

static void projects_of_argo_cd(void **state)
{
	struct cluster_world *w = *state;
	struct sg_json *doc = NULL;

	script_reply(w->script, "GET", ARGO_PROJECT, 200, "{\"metadata\":{\"name\":\"team-a\"}}");
	assert_int_equal(project(w, "team-a", &doc), 0);
	sg_json_free(doc);
	script_reply(w->script, "GET", ARGO_PROJECT, 403, STATUS_403);
	assert_int_equal(project(w, "team-a", &doc), -1);
	assert_int_equal(w->err.reason, SG_R_FORBIDDEN);
	assert_non_null(strstr(w->err.cause, "answers 403 about the project of Argo CD: no"));
	assert_int_equal(project(w, "../secrets", &doc), -1);
	assert_int_equal(w->err.reason, SG_R_CONFIG_INVALID);
	cluster_world_done(w);
}

#define TEST(name)                                                                                 \
	cmocka_unit_test_setup_teardown(name, cluster_world_setup, cluster_world_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_version),
		TEST(servers_that_are_no_kubernetes),
		TEST(a_hiccup_is_asked_past),
		TEST(what_is_allowed),
		TEST(reviews_that_are_not_answered),
		TEST(projects_of_argo_cd),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
