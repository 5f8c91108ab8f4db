#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/access.h"
#include "cluster/incluster.h"
#include "cluster/kubeconfig.h"
#include "io/fs.h"

/* "-----BEGIN CERTIFICATE-----\nMIIB" and "-----BEGIN PRIVATE KEY-----\nMIIB" */
#define CERT64 "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUI="
#define KEY64 "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1JSUI="
#define CERT "-----BEGIN CERTIFICATE-----\nMIIB"
#define KEY "-----BEGIN PRIVATE KEY-----\nMIIB"

struct world {
	struct sg_arena arena;
	const char *folder;
	struct sg_redactor *redactor;
	struct sg_cluster_ask ask;
	struct sg_cluster_access access;
	struct sg_err err;
	bool found;
};

static const char *path_of(struct world *w, const char *name)
{
	return sg_arena_printf(&w->arena, "%s/%s", w->folder, name);
}

static void write_file(struct world *w, const char *name, const char *text)
{
	struct sg_err err = SG_ERR_INIT;

	if (sg_fs_write(path_of(w, name), sg_str_of(text), 0600, &err) < 0)
		fail_msg("%s", err.cause);
}

static void make_folder(struct world *w, const char *name)
{
	assert_int_equal(mkdir(path_of(w, name), 0700), 0);
}

static void set_env(struct world *w, const char *const *pairs)
{
	w->ask.env = sg_env_fixed(&w->arena, pairs);
}

static int setup(void **state)
{
	static const char *const nothing[] = {NULL};
	struct world *w = calloc(1, sizeof(*w));
	struct sg_err err = SG_ERR_INIT;

	if (!w || sg_fs_tempdir(&w->arena, NULL, &w->folder, &err) < 0)
		return -1;
	w->redactor = sg_redactor_new();
	w->ask.redactor = w->redactor;
	set_env(w, nothing);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	sg_cluster_access_release(&w->access);
	sg_fs_rmtree(w->folder);
	sg_redactor_free(w->redactor);
	sg_arena_release(&w->arena);
	free(w);
	return 0;
}

/* Loads TEXT as --kubeconfig with a fresh result. */
static int load_text(struct world *w, const char *text)
{
	write_file(w, "config", text);
	w->ask.kubeconfig = path_of(w, "config");
	sg_cluster_access_release(&w->access);
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err);
}

/* The cause begins with "FOLDER/FILE" and goes on with WANT. */
static void assert_cause(struct world *w, const char *file, const char *want)
{
	const char *full = sg_arena_printf(&w->arena, "%s%s", path_of(w, file), want);

	assert_string_equal(w->err.cause, full);
}

static bool masks(struct world *w, const char *secret)
{
	struct sg_buf out;
	bool masked;

	sg_buf_init(&out, 4096);
	sg_redact(w->redactor, sg_str_of(secret), &out);
	masked = strcmp(out.ptr, "[MASKED]") == 0;
	sg_buf_release(&out);
	return masked;
}

#define ONE(cluster, user)                                                                         \
	"apiVersion: v1\nkind: Config\n"                                                           \
	"contexts: [{name: c, context: {cluster: k, user: u}}]\n"                                  \
	"clusters:\n- name: k\n  cluster: {" cluster "}\n"                                         \
	"users:\n- name: u\n  user: {" user "}\n"
#define SERVER "server: 'https://k.example.com:6443'"
#define TOKEN "token: abc.def.ghi"

static void a_token_and_a_ca_are_read(void **state)
{
	struct world *w = *state;

	assert_int_equal(
		load_text(w, ONE(SERVER ", certificate-authority-data: " CERT64
					", tls-server-name: kubernetes.default.svc, proxy-url: "
					"'socks5://proxy.example.com:1080'",
				     TOKEN)),
		0);
	assert_true(w->found);
	assert_string_equal(w->access.server, "https://k.example.com:6443");
	assert_string_equal(w->access.origin, "https://k.example.com:6443");
	assert_string_equal(w->access.namespace, "default");
	assert_string_equal(w->access.proxy, "socks5h://proxy.example.com:1080");
	assert_string_equal(w->access.tls.server_name, "kubernetes.default.svc");
	assert_true(sg_str_is(w->access.tls.ca_pem, CERT));
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "abc.def.ghi"));
	assert_false(w->access.tls.insecure);
	assert_true(masks(w, "abc.def.ghi"));
}

static void a_client_certificate_is_read(void **state)
{
	struct world *w = *state;

	assert_int_equal(load_text(w, ONE(SERVER, "client-certificate-data: " CERT64
						  ", client-key-data: " KEY64)),
		0);
	assert_null(w->access.token);
	assert_true(sg_str_is(w->access.tls.client_cert_pem, CERT));
	assert_ptr_equal(w->access.tls.client_key, w->access.client_key);
	assert_true(sg_str_is(sg_secret_bytes(w->access.client_key), KEY));
}

static void relative_paths_start_at_their_file(void **state)
{
	struct world *w = *state;

	make_folder(w, "pki");
	write_file(w, "pki/ca.crt", CERT);
	write_file(w, "pki/client.crt", CERT);
	write_file(w, "pki/client.key", KEY);
	write_file(w, "pki/token", " from-a-file\n");
	assert_int_equal(
		load_text(w, ONE(SERVER ", certificate-authority: pki/ca.crt",
				     "tokenFile: pki/token, client-certificate: pki/client.crt, "
				     "client-key: pki/client.key")),
		0);
	assert_true(sg_str_is(w->access.tls.ca_pem, CERT));
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "from-a-file"));
	assert_string_equal(w->access.token_file, path_of(w, "pki/token"));
	assert_non_null(w->access.client_key);
}

static void a_token_file_is_read_again(void **state)
{
	struct world *w = *state;
	bool changed = true;

	write_file(w, "token", "first-token");
	assert_int_equal(load_text(w, ONE(SERVER, "tokenFile: token")), 0);
	write_file(w, "token", "second-token");
	w->access.token_read_ms = 1000;
	assert_int_equal(sg_cluster_access_token(&w->access, 60999, false, &changed, &w->err), 0);
	assert_false(changed);
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "first-token"));
	assert_int_equal(sg_cluster_access_token(&w->access, 61000, false, &changed, &w->err), 0);
	assert_true(changed);
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "second-token"));
	assert_true(masks(w, "second-token"));
	write_file(w, "token", "third-token");
	assert_int_equal(sg_cluster_access_token(&w->access, 61001, true, &changed, &w->err), 0);
	assert_true(changed);
	assert_int_equal(unlink(path_of(w, "token")), 0);
	assert_int_equal(sg_cluster_access_token(&w->access, 61002, true, &changed, &w->err), 0);
	assert_false(changed); /* what we have goes on */
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "third-token"));
}

static void an_inline_token_stands_in_for_an_unreadable_file(void **state)
{
	struct world *w = *state;

	assert_int_equal(load_text(w, ONE(SERVER, "tokenFile: nowhere, token: inline-token")), 0);
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "inline-token"));
	write_file(w, "there", "file-token");
	assert_int_equal(load_text(w, ONE(SERVER, "tokenFile: there, token: inline-token")), 0);
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "file-token"));
}

static void addresses_are_normalised(void **state)
{
	static const struct {
		const char *server, *want, *origin;
	} rows[] = {
		{"https://kas.example.com/k8s-proxy", "https://kas.example.com/k8s-proxy",
			"https://kas.example.com:443"},
		{"https://g.example.com/-/kubernetes-agent/k8s-proxy/",
			"https://g.example.com/-/kubernetes-agent/k8s-proxy",
			"https://g.example.com:443"},
		{"https://[2001:db8::1]:6443", "https://[2001:db8::1]:6443",
			"https://[2001:db8::1]:6443"},
		{"https://K.Example.com//", "https://K.Example.com", "https://k.example.com:443"},
	};
	struct world *w = *state;

	for (size_t i = 0; i < SG_COUNT(rows); i++) {
		const char *text = sg_arena_printf(&w->arena,
			"contexts: [{name: c, context: {cluster: k, user: u}}]\n"
			"clusters: [{name: k, cluster: {server: '%s'}}]\n"
			"users: [{name: u, user: {token: abc.def.ghi}}]\n",
			rows[i].server);

		assert_int_equal(load_text(w, text), 0);
		assert_string_equal(w->access.server, rows[i].want);
		assert_string_equal(w->access.origin, rows[i].origin);
	}
}

static void plain_http_is_for_this_machine_and_gets_no_credential(void **state)
{
	struct world *w = *state;

	assert_int_equal(load_text(w, ONE("server: 'http://127.0.0.1:8001'", TOKEN)), 0);
	assert_null(w->access.token);
	assert_true(sg_cluster_access_is_plain(&w->access));
	assert_int_equal(
		load_text(w, "contexts: [{name: c, context: {cluster: k}}]\n"
			     "clusters: [{name: k, cluster: {server: 'http://localhost:8001'}}]"),
		0);
	assert_int_equal(load_text(w, ONE("server: 'http://k.example.com'", TOKEN)), -1);
	assert_cause(w, "config",
		":6:21: cluster \"k\": server: plain http is only accepted for a server on this "
		"machine");
}

static void an_unchecked_certificate_needs_the_configuration(void **state)
{
	static const char text[] = ONE(SERVER ", insecure-skip-tls-verify: true", TOKEN);
	struct world *w = *state;

	assert_int_equal(load_text(w, text), -1);
	assert_int_equal(w->err.reason, SG_R_KUBECONFIG_INVALID);
	assert_non_null(strstr(w->err.cause, "insecure-skip-tls-verify"));
	assert_non_null(strstr(w->err.hint, "insecure: true"));
	w->ask.allow_insecure = true;
	assert_int_equal(load_text(w, text), 0);
	assert_true(w->access.tls.insecure);
	assert_int_equal(load_text(w, ONE(SERVER, TOKEN)), 0);
	assert_false(w->access.tls.insecure); /* allowed is not asked for */
	assert_int_equal(load_text(w, ONE(SERVER ", insecure-skip-tls-verify: true, "
						 "certificate-authority-data: " CERT64,
					      TOKEN)),
		-1);
	assert_non_null(strstr(w->err.cause, "only one of both"));
}

struct bad {
	const char *text;
	const char *cause; /* behind the file name */
	enum sg_reason reason;
};

static const struct bad bad_rows[] = {
	{ONE("server: k.example.com", TOKEN),
		":6:21: cluster \"k\": server: the address must begin with https://",
		SG_R_KUBECONFIG_INVALID},
	{ONE("server: 'https://k.example.com?x=1'", TOKEN),
		":6:21: cluster \"k\": server: the address has a query or fragment",
		SG_R_KUBECONFIG_INVALID},
	{ONE("", TOKEN), ":5:3: cluster \"k\": server: it is missing", SG_R_KUBECONFIG_INVALID},
	{ONE("server: [a]", TOKEN), ":6:21: cluster \"k\": server: a text is expected here",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER ", insecure-skip-tls-verify: maybe", TOKEN),
		":6:77: cluster \"k\": insecure-skip-tls-verify: true or false is expected here",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER ", certificate-authority-data: '***'", TOKEN),
		":6:79: cluster \"k\": certificate-authority-data: it is not base64",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER ", certificate-authority-data: aGVsbG8=", TOKEN),
		":6:79: cluster \"k\": certificate-authority-data: it holds no PEM block",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER ", tls-server-name: 'a/b'", TOKEN),
		":6:68: cluster \"k\": tls-server-name: this is no host name",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER ", proxy-url: 'ftp://p'", TOKEN),
		":6:62: cluster \"k\": proxy-url: an address with http://, https:// or socks5:// "
		"is "
		"expected",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, "username: admin, password: secret"),
		":9:20: user \"u\": username: Kubernetes has given this up; it is not supported",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, "exec: {command: get-token}"),
		":9:16: user \"u\": exec: a program would be run to log in",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, "auth-provider: {name: gcp}"),
		":9:25: user \"u\": auth-provider: Kubernetes has given this up; it is not "
		"supported",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, TOKEN ", as: \"a\\nb\""),
		":9:34: user \"u\": as: this cannot be sent as a header", SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, TOKEN ", as-uid: 4"), ":9:38: user \"u\": as-uid: `as` is missing: as whom?",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, TOKEN ", as: a, as-groups: b"),
		":9:48: user \"u\": as-groups: a list of texts is expected",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, TOKEN ", as: a, as-user-extra: [b]"),
		":9:52: user \"u\": as-user-extra: a mapping is expected", SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, TOKEN ", username: admin"),
		":9:40: user \"u\": username: token is there too; only one way to log in can be "
		"meant",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, "exec: {command: x}, auth-provider: {name: gcp}"),
		":9:16: user \"u\": exec: auth-provider is there too; only one way to log in can "
		"be "
		"meant",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, ""), ":8:3: user \"u\": token: this user has neither token nor certificate",
		SG_R_CREDENTIAL_MISSING},
	{ONE(SERVER, "token: 'two words'"),
		":9:17: user \"u\": token: it holds something that is no token",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, "client-certificate-data: " CERT64),
		":8:3: user \"u\": client-key: it is missing; a certificate and its key come "
		"together",
		SG_R_KUBECONFIG_INVALID},
	{ONE(SERVER, "client-key-data: " KEY64),
		":8:3: user \"u\": client-certificate: it is missing; a certificate and its key "
		"come together",
		SG_R_KUBECONFIG_INVALID},
	{"kind: Deployment\napiVersion: apps/v1\n",
		":2:13: this is no kubeconfig: apiVersion is not v1", SG_R_KUBECONFIG_INVALID},
	{"- a\n", ":1:1: this is no kubeconfig", SG_R_KUBECONFIG_INVALID},
	{"contexts: {}\n", ":1:11: a list is expected here", SG_R_KUBECONFIG_INVALID},
	{"contexts: [a]\n", ":1:12: an entry with name is expected here", SG_R_KUBECONFIG_INVALID},
	{"contexts: [{context: {}}]\n", ":1:12: this entry has no name", SG_R_KUBECONFIG_INVALID},
	{"contexts: [{name: a, context: 1}]\n", ":1:31: a mapping is expected here",
		SG_R_KUBECONFIG_INVALID},
	{"users:\n- {name: a}\n- {name: b}\n- {name: a}\n",
		":4:3: user \"a\" is there twice, first at line 2", SG_R_KUBECONFIG_INVALID},
	{"contexts: [{name: c, context: {user: u}}]\n",
		":1:12: context \"c\": cluster: it is "
		"missing",
		SG_R_KUBECONFIG_INVALID},
	{"contexts: [{name: c, context: {cluster: shop-prd, user: u}}]\n"
	 "clusters: [{name: shop-prod}]\n",
		":1:41: context \"c\": cluster: there is no cluster \"shop-prd\"",
		SG_R_KUBECONFIG_INVALID},
	{"contexts: [{name: c, context: {cluster: k, namespace: 'a/b'}}]\n",
		":1:55: context \"c\": namespace: this cannot be a Kubernetes namespace",
		SG_R_KUBECONFIG_INVALID},
	{"", ": there is no context", SG_R_KUBECONFIG_INVALID},
	{"current-context: nope\ncontexts: [{name: a, context: {}}]\n",
		": there is no context \"nope\"", SG_R_KUBECONFIG_INVALID},
};

static void bad_files_are_refused_with_their_place(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < SG_COUNT(bad_rows); i++) {
		assert_int_equal(load_text(w, bad_rows[i].text), -1);
		assert_cause(w, "config", bad_rows[i].cause);
		assert_int_equal(w->err.reason, bad_rows[i].reason);
	}
}

static void a_hint_names_the_near_ones(void **state)
{
	static const char two[] = "contexts: [{name: shop-dev, context: {}}, {name: shop-prod, "
				  "context: {}}]\n";
	struct world *w = *state;

	assert_int_equal(load_text(w, two), -1);
	assert_non_null(strstr(w->err.hint, "shop-dev, shop-prod"));
	w->ask.context = "shop-prd";
	assert_int_equal(load_text(w, two), -1);
	assert_non_null(strstr(w->err.hint, "did you mean \"shop-prod\"?"));
	assert_int_equal(load_text(w, "contexts: [{name: c, context: {cluster: shop-prd}}]\n"
				      "clusters: [{name: shop-prod}]\n"),
		-1);
}

static void a_file_that_is_named_must_be_there_and_whole(void **state)
{
	struct world *w = *state;

	assert_int_equal(load_text(w, "contexts: [\n"), -1);
	assert_int_equal(w->err.reason, SG_R_KUBECONFIG_INVALID);
	assert_non_null(strstr(w->err.cause, path_of(w, "config")));
	w->ask.kubeconfig = path_of(w, "missing");
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_KUBECONFIG_INVALID);
	assert_non_null(strstr(w->err.cause, path_of(w, "missing")));
	assert_int_equal(
		load_text(w, ONE(SERVER ", certificate-authority: nowhere.crt", TOKEN)), -1);
	assert_non_null(strstr(w->err.cause, "certificate-authority: "));
	assert_non_null(strstr(w->err.cause, "nowhere.crt"));
	assert_int_equal(load_text(w, ONE(SERVER, "tokenFile: nowhere")), -1);
	assert_non_null(strstr(w->err.cause, "tokenFile: "));
	assert_non_null(strstr(w->err.cause, "nowhere"));
}

static void a_token_file_holds_one_token(void **state)
{
	struct world *w = *state;

	write_file(w, "token", "\n");
	assert_int_equal(load_text(w, ONE(SERVER, "tokenFile: token")), -1);
	assert_non_null(strstr(w->err.cause, "is empty"));
	write_file(w, "token", "one\ntwo\n");
	assert_int_equal(load_text(w, ONE(SERVER, "tokenFile: token")), -1);
	assert_non_null(strstr(w->err.cause, "something else than one token"));
}

static const char merge_a[] =
	"current-context: a\n"
	"clusters: [{name: shared, cluster: {server: 'https://first.example.com'}}]\n"
	"users: [{name: u, user: {token: first-token}}]\n"
	"contexts: [{name: a, context: {cluster: shared, user: u}}]\n";
static const char merge_b[] =
	"current-context: b\n"
	"clusters: [{name: shared, cluster: {server: 'https://second.example.com', "
	"insecure-skip-tls-verify: true}}, {name: other, cluster: {server: "
	"'https://other.example.com'}}]\n"
	"users: [{name: u, user: {token: second-token}}]\n"
	"contexts: [{name: b, context: {cluster: other, user: u, namespace: bns}}]\n";

static int load_list(struct world *w, const char *list)
{
	const char *pairs[] = {"KUBECONFIG", list, NULL};

	set_env(w, pairs);
	sg_cluster_access_release(&w->access);
	w->err = (struct sg_err)SG_ERR_INIT;
	return sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err);
}

static void files_are_merged_and_the_first_wins(void **state)
{
	struct world *w = *state;
	const char *list;

	write_file(w, "a", merge_a);
	write_file(w, "b", merge_b);
	list = sg_arena_printf(&w->arena, ":%s:%s::%s:%s", path_of(w, "missing"), path_of(w, "a"),
		path_of(w, "b"), path_of(w, "a"));
	assert_int_equal(load_list(w, list), 0);
	assert_string_equal(w->access.server, "https://first.example.com");
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "first-token"));
	assert_string_equal(w->access.source,
		sg_arena_printf(&w->arena, "context \"a\" of %s", path_of(w, "a")));
	w->ask.context = "b";
	assert_int_equal(load_list(w, list), 0);
	assert_string_equal(w->access.server, "https://other.example.com");
	assert_string_equal(w->access.namespace, "bns");
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "first-token"));
}

static void a_list_without_any_file_is_an_error(void **state)
{
	struct world *w = *state;

	assert_int_equal(load_list(w, path_of(w, "missing")), -1);
	assert_int_equal(w->err.reason, SG_R_KUBECONFIG_INVALID);
	write_file(w, "broken", "contexts: [\n");
	write_file(w, "a", merge_a);
	assert_int_equal(load_list(w, sg_arena_printf(&w->arena, "%s:%s", path_of(w, "a"),
					      path_of(w, "broken"))),
		-1);
}

static void the_home_file_is_the_last_one(void **state)
{
	struct world *w = *state;
	const char *pairs[] = {"HOME", w->folder, NULL};

	set_env(w, pairs);
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), 0);
	assert_false(w->found);
	w->ask.context = "prod";
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), -1);
	assert_non_null(strstr(w->err.cause, "there is no kubeconfig (looked for /"));
	w->ask.context = NULL;
	make_folder(w, ".kube");
	write_file(w, ".kube/config", "apiVersion: v1\nkind: Config\nclusters: []\nusers: null\n");
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), 0);
	assert_false(w->found);
	w->ask.context = "prod";
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), -1);
	w->ask.context = NULL;
	write_file(w, ".kube/config", merge_a);
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), 0);
	assert_true(w->found);
	assert_string_equal(w->access.server, "https://first.example.com");
}

static void a_pod_uses_its_service_account(void **state)
{
	struct world *w = *state;
	const char *pairs[] = {
		"KUBERNETES_SERVICE_HOST", "10.0.0.1", "KUBERNETES_SERVICE_PORT", "443", NULL};
	const char *ipv6[] = {"KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT",
		"6443", "POD_NAMESPACE", "pods", NULL};

	set_env(w, pairs);
	w->ask.service_account = w->folder;
	assert_int_equal(sg_cluster_access_load(&w->ask, &w->access, &w->err), -1);
	assert_non_null(strstr(w->err.cause, "ca.crt"));
	write_file(w, "ca.crt", CERT);
	assert_int_equal(sg_cluster_access_load(&w->ask, &w->access, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_CREDENTIAL_MISSING);
	write_file(w, "token", "pod-token\n");
	assert_int_equal(sg_cluster_access_load(&w->ask, &w->access, &w->err), 0);
	assert_string_equal(w->access.server, "https://10.0.0.1:443");
	assert_string_equal(w->access.namespace, "default");
	assert_true(sg_str_is(sg_secret_bytes(w->access.token), "pod-token"));
	assert_true(sg_str_is(w->access.tls.ca_pem, CERT));
	write_file(w, "namespace", "ci\n");
	sg_cluster_access_release(&w->access);
	assert_int_equal(sg_cluster_access_load(&w->ask, &w->access, &w->err), 0);
	assert_string_equal(w->access.namespace, "ci");
	set_env(w, ipv6);
	sg_cluster_access_release(&w->access);
	assert_int_equal(sg_cluster_access_load(&w->ask, &w->access, &w->err), 0);
	assert_string_equal(w->access.server, "https://[fd00::1]:6443");
	assert_string_equal(w->access.namespace, "pods");
}

static void neither_file_nor_pod_is_an_error(void **state)
{
	struct world *w = *state;

	assert_int_equal(sg_cluster_access_load(&w->ask, &w->access, &w->err), -1);
	assert_int_equal(w->err.reason, SG_R_KUBECONFIG_INVALID);
	assert_non_null(strstr(w->err.hint, "--kubeconfig"));
}

static void the_password_of_a_proxy_is_masked(void **state)
{
	struct world *w = *state;

	assert_int_equal(
		load_text(w, ONE(SERVER ", proxy-url: 'http://me:hunter2@secret@p:3128/'", TOKEN)),
		0);
	assert_true(masks(w, "hunter2@secret"));
	assert_int_equal(load_text(w, ONE(SERVER ", proxy-url: 'http://p:3128/'", TOKEN)), 0);
	assert_string_equal(w->access.proxy, "http://p:3128/");
}

static void whom_it_speaks_for_is_said_in_headers(void **state)
{
	static const struct sg_http_header want[] = {
		{"Impersonate-User", "system:serviceaccount:ci:deployer"},
		{"Impersonate-Uid", "42"},
		{"Impersonate-Group", "one"},
		{"Impersonate-Group", "two words"},
		{"Impersonate-Extra-reason", "ci job 1"},
		{"Impersonate-Extra-a%2Fb%C3%A4", "x"},
	};
	struct world *w = *state;

	assert_int_equal(
		load_text(w,
			ONE(SERVER, TOKEN ", as: system:serviceaccount:ci:deployer, as-uid: '42', "
					  "as-groups: [one, two words], as-user-extra: {Reason: "
					  "[ci job 1], 'a/b\xc3\xa4': [x]}")),
		0);
	assert_int_equal(w->access.header_count, SG_COUNT(want));
	for (size_t i = 0; i < SG_COUNT(want); i++) {
		assert_string_equal(w->access.headers[i].name, want[i].name);
		assert_string_equal(w->access.headers[i].value, want[i].value);
	}
}

/* The samples of the contracts, where they are. */
static void the_contract_samples_are_read(void **state)
{
	struct world *w = *state;
	const char *root = getenv("STAGEGATE_CONTRACTS");
	const char *folder = sg_arena_printf(&w->arena, "%s/data/argocd/samples/kubeconfig",
		root ? root : "../shared/contracts");

	if (!sg_fs_is_dir(folder)) {
		print_message("skipped: %s is not there\n", folder);
		skip();
	}
	w->ask.kubeconfig = sg_arena_printf(&w->arena, "%s/gitlab-agent.yaml", folder);
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), -1);
	assert_non_null(strstr(w->err.hint, "platform/k8s-agents:staging"));
	w->ask.context = "platform/k8s-agents:staging";
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), 0);
	assert_string_equal(w->access.server, "https://kas.gitlab.example.com/k8s-proxy");
	assert_string_equal(w->access.namespace, "shop");
	sg_cluster_access_release(&w->access);
	w->ask.kubeconfig = sg_arena_printf(&w->arena, "%s/full.yaml", folder);
	w->ask.context = "prod";
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), -1);
	assert_non_null(strstr(w->err.cause, "user \"exec\": exec: a program would be run"));
	w->ask.context = "lab";
	assert_int_equal(sg_kubeconfig_load(&w->ask, &w->found, &w->access, &w->err), -1);
	assert_non_null(strstr(w->err.cause, "insecure-skip-tls-verify"));
}

#define T(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(a_token_and_a_ca_are_read),
		T(a_client_certificate_is_read),
		T(relative_paths_start_at_their_file),
		T(a_token_file_is_read_again),
		T(an_inline_token_stands_in_for_an_unreadable_file),
		T(addresses_are_normalised),
		T(plain_http_is_for_this_machine_and_gets_no_credential),
		T(an_unchecked_certificate_needs_the_configuration),
		T(bad_files_are_refused_with_their_place),
		T(a_hint_names_the_near_ones),
		T(a_file_that_is_named_must_be_there_and_whole),
		T(a_token_file_holds_one_token),
		T(files_are_merged_and_the_first_wins),
		T(a_list_without_any_file_is_an_error),
		T(the_home_file_is_the_last_one),
		T(a_pod_uses_its_service_account),
		T(neither_file_nor_pod_is_an_error),
		T(the_password_of_a_proxy_is_masked),
		T(whom_it_speaks_for_is_said_in_headers),
		T(the_contract_samples_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
