/* scandir(), alphasort() */
#define _XOPEN_SOURCE 700
#include "io/ca.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "io/fs.h"

#define MARK "-----BEGIN CERTIFICATE-----"

static const char *const system_files[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Alpine, Arch */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",             /* SUSE */
	"/etc/ssl/cert.pem",                  /* Alpine, BSD */
};

static const char *const variables[] = {"STAGEGATE_CA_FILE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"};

/* Appends the file to PEM; it must hold a certificate. NAMED says who named it, for the error. */
static int add_file(const char *path, const char *named, struct sg_buf *pem, struct sg_err *err)
{
	size_t before = pem->len;

	if (sg_fs_read(path, pem, err) < 0)
		return sg_wrap(err, "certificate authorities of %s", named);
	if (sg_str_search(sg_str_sub(sg_buf_str(pem), before, pem->len), MARK) < 0) {
		(void)sg_fail(
			err, SG_R_CONFIG_INVALID, "%s holds no certificate in PEM form", path);
		return sg_wrap(err, "certificate authorities of %s", named);
	}
	sg_buf_addc(pem, '\n');
	return 0;
}

/* OpenSSL's rule: eight hex digits of a subject hash, a dot, a number. */
static int is_hashed(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return strspn(name, "0123456789abcdef") == 8 && name[8] == '.' && name[9] != '\0' &&
	       name[9 + strspn(name + 9, "0123456789")] == '\0';
}

static int is_pem(const struct dirent *entry)
{
	struct sg_str name = sg_str_of(entry->d_name);

	return sg_str_ends(name, ".pem") || sg_str_ends(name, ".crt");
}

static void free_entries(struct dirent **entries, int count)
{
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
}

/* The number of files read, -1 on error. A single unreadable file of many is passed over. */
static int add_matching(const char *path, int (*wanted)(const struct dirent *), struct sg_buf *pem,
	struct sg_err *err)
{
	struct dirent **entries = NULL;
	int count = scandir(path, &entries, wanted, alphasort), used = 0;

	if (count < 0)
		return sg_fail(
			err, SG_R_LOCAL_IO, "SSL_CERT_DIR: cannot read the directory %s", path);
	for (int i = 0; i < count && used >= 0; i++) {
		SG_AUTO(sg_buf_release) struct sg_buf file;

		sg_buf_init(&file, PATH_MAX);
		sg_buf_addf(&file, "%s/%s", path, entries[i]->d_name);
		if (add_file(file.ptr, "SSL_CERT_DIR", pem, err) == 0)
			used++;
		else if (pem->overflow)
			used = -1;
	}
	free_entries(entries, count);
	return used;
}

static int add_dirs(const char *dirs, struct sg_buf *pem, struct sg_err *err)
{
	struct sg_str rest = sg_str_of(dirs), part;
	int total = 0;

	while (sg_str_cut(&rest, ':', &part)) {
		SG_AUTO(sg_buf_release) struct sg_buf dir;
		int used;

		sg_buf_init(&dir, PATH_MAX);
		sg_buf_addstr(&dir, part);
		if (part.len == 0)
			continue;
		used = add_matching(dir.ptr, is_hashed, pem, err);
		if (used == 0)
			used = add_matching(dir.ptr, is_pem, pem, err);
		if (used < 0)
			return -1;
		total += used;
	}
	if (total == 0)
		return sg_fail(err, SG_R_CONFIG_INVALID,
			"SSL_CERT_DIR: no certificate in PEM form in %s", dirs);
	return 0;
}

static int add_named(const struct sg_env *env, const char *option, struct sg_buf *pem,
	const char **ret_from, struct sg_err *err)
{
	const char *dirs = sg_env_nonempty(env, "SSL_CERT_DIR");

	*ret_from = option;
	if (option && *option)
		return add_file(option, "--ca-file", pem, err);
	for (size_t i = 0; i < SG_COUNT(variables); i++) {
		*ret_from = sg_env_nonempty(env, variables[i]);
		if (*ret_from)
			return add_file(*ret_from, variables[i], pem, err);
	}
	*ret_from = dirs;
	return dirs ? add_dirs(dirs, pem, err) : 0;
}

/* No system store is no error: the server may need none, or bring its own. */
static const char *add_system(struct sg_buf *pem)
{
	struct sg_err ignored;

	for (size_t i = 0; i < SG_COUNT(system_files); i++)
		if (add_file(system_files[i], "the system", pem, &ignored) == 0)
			return system_files[i];
	return NULL;
}

int sg_ca_load(struct sg_arena *arena, const struct sg_env *env, const char *option,
	struct sg_buf *ret_pem, const char **ret_from, struct sg_err *err)
{
	const char *more = sg_env_nonempty(env, "CI_SERVER_TLS_CA_FILE"), *from;

	if (add_named(env, option, ret_pem, &from, err) < 0)
		return -1;
	if (!from)
		from = add_system(ret_pem);
	if (more && add_file(more, "CI_SERVER_TLS_CA_FILE", ret_pem, err) < 0)
		return -1;
	if (from && more)
		*ret_from = sg_arena_printf(arena, "%s and %s", from, more);
	else
		*ret_from = sg_arena_strdup(arena, from ? from : more ? more : "");
	return 0;
}
