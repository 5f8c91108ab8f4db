/*
 * The signer of io/signer.h for tests:
 *
 *	signer_tool KEYFILE                  its public line and its fingerprint
 *	signer_tool KEYFILE NAMESPACE DIR N  signs the messages DIR/0 to DIR/N-1 into DIR/I.sig
 *
 * The exit status is that of the error, which is told on stderr.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "io/fs.h"
#include "io/signer.h"

enum { MESSAGE_MAX = 1 << 20, ARMOR_MAX = 4096 };

static int sign_one(const struct sg_signer *signer, const char *namespace, const char *path,
	const char *sig_path, struct sg_err *err)
{
	struct sg_buf message SG_AUTO(sg_buf_release) = {0}, armor SG_AUTO(sg_buf_release) = {0};

	sg_buf_init(&message, MESSAGE_MAX);
	sg_buf_init(&armor, ARMOR_MAX);
	if (sg_fs_read(path, &message, err) < 0)
		return -1;
	sg_signer_sign(signer, namespace, sg_buf_str(&message), &armor);
	sg_buf_addc(&armor, '\n');
	return sg_fs_write(sig_path, sg_buf_str(&armor), 0644, err);
}

static int run(int argc, char **argv, struct sg_err *err)
{
	struct sg_arena arena SG_AUTO(sg_arena_release) = {0};
	struct sg_buf text SG_AUTO(sg_buf_wipe) = {0};
	struct sg_signer *signer SG_AUTO(sg_signer_free_ptr) = NULL;
	long count = argc == 5 ? strtol(argv[4], NULL, 10) : 0;

	sg_buf_init(&text, SG_SIGNER_FILE_MAX_BYTES);
	if (sg_fs_read(argv[1], &text, err) < 0 ||
		sg_signer_new(NULL, sg_buf_str(&text), &signer, err) < 0)
		return -1;
	if (argc == 2)
		(void)printf("%s\n%s\n", sg_signer_public(signer), sg_signer_fingerprint(signer));
	for (long i = 0; i < count; i++)
		if (sign_one(signer, argv[2], sg_arena_printf(&arena, "%s/%ld", argv[3], i),
			    sg_arena_printf(&arena, "%s/%ld.sig", argv[3], i), err) < 0)
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	struct sg_err err = SG_ERR_INIT;

	if (argc != 2 && argc != 5)
		return 2;
	if (run(argc, argv, &err) == 0)
		return 0;
	(void)fprintf(stderr, "%s: %s\n%s\n", sg_reason_name(err.reason), err.cause, err.hint);
	return sg_err_exit(&err);
}
