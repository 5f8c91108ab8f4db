/* cluster/argocd.h: requests and frames in the words of Argo CD's own API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cluster/argocd.h"

#define NS "/apis/argoproj.io/v1alpha1/namespaces/team-a/"

struct row {
	const char *path, *want, *want_with_project;
};

static void every_request_has_its_word(void **state)
{
	static const struct row rows[] = {
		{NS "applications/web", "/api/v1/applications/web?appNamespace=team-a",
			"/api/v1/applications/web?appNamespace=team-a&project=a%2Fb"},
		{NS "applications/web?refresh=hard",
			"/api/v1/applications/web?appNamespace=team-a&refresh=hard",
			"/api/v1/applications/web?appNamespace=team-a&project=a%2Fb&refresh=hard"},
		{NS "applications/web?fieldManager=x",
			"/api/v1/applications/web?appNamespace=team-a",
			"/api/v1/applications/web?appNamespace=team-a&project=a%2Fb"},
		{NS "applications/web/sync", "/api/v1/applications/web/sync",
			"/api/v1/applications/web/sync"},
		{NS "applications?limit=500", "/api/v1/applications?appNamespace=team-a",
			"/api/v1/applications?appNamespace=team-a&projects=a%2Fb"},
		{NS "applications?fieldSelector=metadata.name%3Dweb&limit=500",
			"/api/v1/applications?appNamespace=team-a&name=web",
			"/api/v1/applications?appNamespace=team-a&projects=a%2Fb&name=web"},
		{NS "applications?labelSelector=a%3Db&limit=500",
			"/api/v1/applications?appNamespace=team-a&selector=a%3Db",
			"/api/v1/applications?appNamespace=team-a&projects=a%2Fb&selector=a%3Db"},
		{NS "applications?fieldSelector=metadata.name%3Dweb&watch=1&resourceVersion=7&"
		    "allowWatchBookmarks=true&timeoutSeconds=300",
			"/api/v1/stream/"
			"applications?appNamespace=team-a&name=web&resourceVersion=7",
			"/api/v1/stream/"
			"applications?appNamespace=team-a&projects=a%2Fb&name=web&resourceVersion="
			"7"},
		{"/version", "/api/version", "/api/version"},
		{SG_ARGOCD_CAN_GET "a%2F*", "/api/v1/account/can-i/applications/get/a%2F*",
			"/api/v1/account/can-i/applications/get/a%2F*"},
		{NS "appprojects/shop", "/api/v1/projects/shop", "/api/v1/projects/shop"},
		{NS "applicationsets/all", "/api/v1/applicationsets/all?appsetNamespace=team-a",
			"/api/v1/applicationsets/all?appsetNamespace=team-a"},
	};
	struct sg_err err = SG_ERR_INIT;

	(void)state;
	for (size_t i = 0; i < 2 * SG_COUNT(rows); i++) {
		const struct row *row = &rows[i / 2];
		const struct sg_cluster_access access = {.project = i % 2 ? "a/b" : NULL};
		SG_AUTO(sg_buf_release) struct sg_buf out;

		sg_buf_init(&out, 4096);
		sg_buf_adds(&out, "https://argocd.example.com/root");
		assert_int_equal(sg_argocd_path(&access, row->path, &out, &err), 0);
		assert_string_equal(out.ptr + strlen("https://argocd.example.com/root"),
			i % 2 ? row->want_with_project : row->want);
	}
}

static void what_it_has_no_word_for_is_refused(void **state)
{
	static const char *const paths[] = {
		"/api/v1/namespaces/a/pods",
		"/apis/apps/v1/namespaces/a/deployments/web",
		"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
		"/apis/argoproj.io/v1alpha1/namespaces/a/rollouts/web",
		"/apis/argoproj.io/v1alpha1/namespaces/a/applications/web/status",
		"/apis/argoproj.io/v1alpha1/namespaces/a/appprojects/web/sync",
		"/apis/argoproj.io/v1alpha1/namespaces/a/appprojects?limit=1",
		"/apis/argoproj.io/v1alpha1/namespaces//applications/web",
		"/apis/argoproj.io/v1alpha1/namespaces/a",
	};
	const struct sg_cluster_access access = {0};

	(void)state;
	for (size_t i = 0; i < SG_COUNT(paths); i++) {
		struct sg_err err = SG_ERR_INIT;
		SG_AUTO(sg_buf_release) struct sg_buf out;

		sg_buf_init(&out, 4096);
		assert_int_equal(sg_argocd_path(&access, paths[i], &out, &err), -1);
		assert_int_equal(err.reason, SG_R_NOT_FOUND);
		assert_int_equal(out.len, 0);
	}
}

static struct sg_cluster_frame frame_of(const char *text, struct sg_json **ret_doc)
{
	struct sg_err err = SG_ERR_INIT;

	assert_int_equal(sg_json_parse(sg_str_of(text), ret_doc, &err), 0);
	return sg_argocd_frame_read(*ret_doc);
}

static void frames_are_read(void **state)
{
	struct sg_cluster_frame frame;
	struct sg_json *doc;

	(void)state;
	frame = frame_of(
		"{\"result\":{\"type\":\"MODIFIED\",\"application\":{\"metadata\":{\"name\":"
		"\"web\"}}}}",
		&doc);
	assert_string_equal(frame.type, "MODIFIED");
	assert_string_equal(sg_json_str(sg_json_at(frame.object, "metadata.name"), ""), "web");
	sg_json_free(doc);
	frame = frame_of("{\"error\":{\"grpc_code\":16,\"http_code\":401,\"message\":\"no session "
			 "information\",\"http_status\":\"Unauthorized\"}}",
		&doc);
	assert_string_equal(frame.type, "ERROR");
	assert_int_equal(frame.fault.kind, SG_FAULT_AUTH);
	assert_string_equal(frame.fault.message, "no session information");
	sg_json_free(doc);
	frame = frame_of("{\"error\":\"x\"}", &doc);
	assert_string_equal(frame.type, "ERROR");
	assert_int_equal(frame.fault.kind, SG_FAULT_ODD);
	sg_json_free(doc);
	frame = frame_of("{\"type\":\"MODIFIED\",\"object\":{}}", &doc);
	assert_string_equal(frame.type, "");
	sg_json_free(doc);
}

static void its_faults_say_what_to_do(void **state)
{
	static const struct {
		int status;
		const char *body;
		enum sg_reason reason;
		const char *hint;
	} rows[] = {
		{403,
			"{\"error\":\"permission denied\",\"code\":7,\"message\":\"permission "
			"denied\"}",
			SG_R_FORBIDDEN, "`applications, get, PROJECT/web`"},
		{404, "{\"error\":\"x\",\"code\":5,\"message\":\"x\"}", SG_R_APPLICATION_NOT_FOUND,
			"argocd app list"},
		{404, "Not Found\n", SG_R_NOT_FOUND, "check the server address"},
		{401, "{\"error\":\"no session information\",\"code\":16,\"message\":\"x\"}",
			SG_R_AUTH_FAILED, "the credential came from"},
		{504, "{\"error\":\"context deadline exceeded\",\"code\":4,\"message\":\"x\"}",
			SG_R_REMOTE_FAILED, ""},
	};
	const struct sg_fault_about about = {.verb = "get",
		.server = "s",
		.identity = "i",
		.namespace = "argocd",
		.name = "web",
		.argocd = true};
	struct sg_buf none;

	(void)state;
	sg_buf_init(&none, 16);
	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		struct sg_err err = SG_ERR_INIT;
		struct sg_fault fault;

		sg_fault_read(rows[i].status, &none, sg_str_of(rows[i].body), &fault);
		assert_int_equal(sg_fault_fail(&fault, &about, &err), -1);
		assert_int_equal(err.reason, rows[i].reason);
		assert_non_null(strstr(err.hint, rows[i].hint));
	}
	sg_buf_release(&none);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_request_has_its_word),
		cmocka_unit_test(what_it_has_no_word_for_is_refused),
		cmocka_unit_test(frames_are_read),
		cmocka_unit_test(its_faults_say_what_to_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
