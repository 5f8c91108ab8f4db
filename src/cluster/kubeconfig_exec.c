#include <string.h>

#include "base/num.h"
#include "cluster/kubeconfig_parts.h"
#include "cluster/plugin.h"
#include "io/crypto.h"
#include "io/json_write.h"

#define INFO_MAX_BYTES ((size_t)1024 * 1024)
#define INFO_DEPTH_MAX 32
#define WORDS_MAX 256u
#define GROUP "client.authentication.k8s.io/"
#define EXTENSION GROUP "exec"

/* A user's `exec` mapping, seen as an entry of its own. */
static struct sg_kube_entry exec_of(const struct sg_kube_entry *user)
{
	struct sg_kube_entry exec = *user;

	exec.kind = "exec of user";
	exec.body = sg_kube_get(user, "exec");
	exec.line = exec.body->line;
	exec.column = exec.body->column;
	return exec;
}

static int read_version(
	const struct sg_kube_entry *exec, struct sg_plugin *plugin, struct sg_err *err)
{
	static const char *const known[] = {GROUP "v1", GROUP "v1beta1"};

	if (sg_kube_text(exec, "apiVersion", &plugin->version, err) < 0)
		return -1;
	for (size_t i = 0; plugin->version && i < SG_COUNT(known); i++)
		if (strcmp(plugin->version, known[i]) == 0)
			return 0;
	return sg_kube_fail(exec, "apiVersion", err, "%s or %s is expected", known[0], known[1]);
}

static int read_mode(
	const struct sg_kube_entry *exec, const struct sg_plugin *plugin, struct sg_err *err)
{
	const char *mode;

	if (sg_kube_text(exec, "interactiveMode", &mode, err) < 0)
		return -1;
	if (!mode && strcmp(plugin->version, GROUP "v1") == 0)
		return sg_kube_fail(exec, "interactiveMode", err, "it is missing");
	if (mode && strcmp(mode, "Always") == 0)
		return sg_kube_fail(exec, "interactiveMode", err,
			"nobody can be asked: nothing is interactive here");
	if (mode && strcmp(mode, "Never") != 0 && strcmp(mode, "IfAvailable") != 0)
		return sg_kube_fail(
			exec, "interactiveMode", err, "Never, IfAvailable or Always is expected");
	return 0;
}

/* A command with a slash is relative to its file; one without is sought in PATH. */
static int read_command(const struct sg_kube_entry *exec, struct sg_arena *arena,
	struct sg_plugin *plugin, struct sg_err *err)
{
	const struct sg_yaml_node *args = sg_kube_get(exec, "args");
	const char *command, **argv;
	size_t n = 0;

	if (sg_kube_text(exec, "command", &command, err) < 0)
		return -1;
	if (!command)
		return sg_kube_fail(exec, "command", err, "it is missing");
	if (args && (args->kind != SG_NODE_SEQ || args->count > WORDS_MAX))
		return sg_kube_fail(
			exec, "args", err, "a list of at most %u texts is expected", WORDS_MAX);
	argv = sg_arena_calloc(arena, (args ? args->count : 0) + 2, sizeof(*argv));
	argv[n++] = strchr(command, '/') ? sg_kube_resolve(arena, exec, command)
					 : sg_arena_strdup(arena, command);
	for (const struct sg_yaml_node *arg = args ? args->first : NULL; arg; arg = arg->next) {
		if (arg->kind != SG_NODE_SCALAR)
			return sg_kube_fail(exec, "args", err, "a list of texts is expected");
		argv[n++] = sg_arena_strdup(arena, arg->value);
	}
	plugin->argv = argv;
	return 0;
}

/* What is not quoted and reads as true, false, null or a number is one. */
static void put_scalar(struct sg_json_out *json, const char *key, const struct sg_yaml_node *node)
{
	bool plain = node->style == SG_YAML_PLAIN;
	uint64_t number;

	if (plain && sg_kube_is_null(node))
		sg_json_put_null(json, key);
	else if (plain && (!strcmp(node->value, "true") || !strcmp(node->value, "false")))
		sg_json_put_bool(json, key, node->value[0] == 't');
	else if (plain && sg_num_u64(sg_str_of(node->value), &number) && number <= INT64_MAX)
		sg_json_put_i64(json, key, (int64_t)number);
	else
		sg_json_put_str(json, key, node->value);
}

static bool put_node(
	struct sg_json_out *json, const char *key, const struct sg_yaml_node *node, int depth)
{
	bool is_map = node->kind == SG_NODE_MAP, fits = true;

	if (depth > INFO_DEPTH_MAX)
		return false;
	if (node->kind == SG_NODE_SCALAR) {
		put_scalar(json, key, node);
		return true;
	}
	if (is_map)
		sg_json_open_object(json, key);
	else
		sg_json_open_array(json, key);
	for (const struct sg_yaml_node *child = node->first; child; child = child->next)
		fits = fits && put_node(json, is_map ? child->key : NULL, child, depth + 1);
	if (is_map)
		sg_json_close_object(json);
	else
		sg_json_close_array(json);
	return fits;
}

static const struct sg_yaml_node *extension_of(const struct sg_kube_entry *cluster)
{
	const struct sg_yaml_node *list = sg_kube_get(cluster, "extensions");
	const struct sg_yaml_node *name;

	for (const struct sg_yaml_node *item = list ? list->first : NULL; item; item = item->next) {
		name = sg_yaml_get(item, "name");
		if (name && name->value && strcmp(name->value, EXTENSION) == 0)
			return sg_yaml_get(item, "extension");
	}
	return NULL;
}

/* The cluster, as a plugin that asks for it wants to know it. */
static int put_cluster(const struct sg_kube_entry *cluster, const struct sg_cluster_access *access,
	struct sg_json_out *json, struct sg_err *err)
{
	static const char *const texts[] = {"server", "tls-server-name", "proxy-url"};
	const struct sg_yaml_node *extension = extension_of(cluster);
	SG_AUTO(sg_buf_release) struct sg_buf ca;
	const char *text;
	bool plain;

	sg_buf_init(&ca, INFO_MAX_BYTES);
	sg_json_open_object(json, "cluster");
	for (size_t i = 0; i < SG_COUNT(texts); i++) {
		if (sg_kube_text(cluster, texts[i], &text, err) < 0)
			return -1;
		if (text)
			sg_json_put_str(json, texts[i], text);
	}
	if (access->tls.insecure)
		sg_json_put_bool(json, "insecure-skip-tls-verify", true);
	sg_crypto_base64(access->tls.ca_pem, &ca);
	if (ca.len)
		sg_json_put_strn(json, "certificate-authority-data", sg_buf_str(&ca));
	if (sg_kube_flag(cluster, "disable-compression", &plain, err) < 0)
		return -1;
	if (plain)
		sg_json_put_bool(json, "disable-compression", true);
	if (extension && !put_node(json, "config", extension, 0))
		return sg_kube_fail(
			cluster, "extensions", err, "%s is nested too deeply", EXTENSION);
	sg_json_close_object(json);
	return 0;
}

static int make_info(const struct sg_kube_entry *exec, const struct sg_kube_entry *cluster,
	const struct sg_cluster_access *access, const struct sg_plugin *plugin, struct sg_buf *out,
	struct sg_err *err)
{
	struct sg_json_out json;
	bool wants_cluster;

	if (sg_kube_flag(exec, "provideClusterInfo", &wants_cluster, err) < 0)
		return -1;
	sg_buf_adds(out, "KUBERNETES_EXEC_INFO=");
	sg_json_out_init(&json, out, false);
	sg_json_open_object(&json, NULL);
	sg_json_put_str(&json, "kind", "ExecCredential");
	sg_json_put_str(&json, "apiVersion", plugin->version);
	sg_json_open_object(&json, "spec");
	if (wants_cluster && put_cluster(cluster, access, &json, err) < 0)
		return -1;
	sg_json_put_bool(&json, "interactive", false);
	sg_json_close_object(&json);
	sg_json_close_object(&json);
	return out->overflow ? sg_kube_fail(exec, "provideClusterInfo", err,
				       "the cluster is described by more than %zu bytes", out->max)
			     : 0;
}

static int read_pair(const struct sg_kube_entry *exec, const struct sg_yaml_node *item,
	struct sg_arena *arena, const char **ret, struct sg_err *err)
{
	const struct sg_yaml_node *name = sg_yaml_get(item, "name");
	const struct sg_yaml_node *value = sg_yaml_get(item, "value");

	if (!name || name->kind != SG_NODE_SCALAR || !name->value[0] || strchr(name->value, '=') ||
		(value && value->kind != SG_NODE_SCALAR))
		return sg_kube_fail(exec, "env", err, "a list of {name, value} is expected");
	*ret = sg_arena_printf(
		arena, "%s=%s", name->value, value && value->value ? value->value : "");
	return 0;
}

static int read_environment(const struct sg_kube_entry *exec, const char *info,
	struct sg_arena *arena, struct sg_plugin *plugin, struct sg_err *err)
{
	const struct sg_yaml_node *list = sg_kube_get(exec, "env");
	const char **environment;
	size_t n = 0;

	if (list && (list->kind != SG_NODE_SEQ || list->count > WORDS_MAX))
		return sg_kube_fail(exec, "env", err,
			"a list of at most %u {name, value} is expected", WORDS_MAX);
	environment = sg_arena_calloc(arena, (list ? list->count : 0) + 2, sizeof(*environment));
	for (const struct sg_yaml_node *item = list ? list->first : NULL; item; item = item->next)
		if (read_pair(exec, item, arena, &environment[n++], err) < 0)
			return -1;
	environment[n] = info;
	plugin->environment = environment;
	return 0;
}

int sg_kube_read_exec(const struct sg_kube_entry *user, const struct sg_kube_entry *cluster,
	struct sg_cluster_access *access, struct sg_err *err)
{
	struct sg_arena *arena = &access->arena;
	struct sg_plugin *plugin = sg_arena_calloc(arena, 1, sizeof(*plugin));
	const struct sg_kube_entry exec = exec_of(user);
	SG_AUTO(sg_buf_release) struct sg_buf info;
	const char *hint;

	sg_buf_init(&info, INFO_MAX_BYTES);
	if (exec.body->kind != SG_NODE_MAP)
		return sg_kube_fail(user, "exec", err, "a mapping is expected here");
	if (read_version(&exec, plugin, err) < 0 || read_mode(&exec, plugin, err) < 0 ||
		read_command(&exec, arena, plugin, err) < 0 ||
		sg_kube_text(&exec, "installHint", &hint, err) < 0 ||
		make_info(&exec, cluster, access, plugin, &info, err) < 0 ||
		read_environment(
			&exec, sg_arena_dup(arena, sg_buf_str(&info)), arena, plugin, err) < 0)
		return -1;
	plugin->version = sg_arena_strdup(arena, plugin->version);
	plugin->hint = hint ? sg_arena_strdup(arena, hint) : NULL;
	plugin->where = sg_arena_printf(arena, "%s:%d:%d: user \"%.80s\": exec", user->file,
		exec.line, exec.column, user->name);
	access->plugin = plugin;
	return 0;
}
