/*
 * Any bytes as the file of a signing key: refused with a reason of its own and something to do, or
 * a key that signs; neither makes a message of bytes of the file.
 */
#include <string.h>

#include "io/signer.h"

#include "fuzz.h"

static bool is_plain(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void check_signer(const struct sg_signer *signer)
{
	struct sg_buf first SG_AUTO(sg_buf_release) = {0}, second SG_AUTO(sg_buf_release) = {0};

	PROMISE(strncmp(sg_signer_public(signer), "ecdsa-sha2-nistp", 16) == 0);
	PROMISE(is_plain(sg_signer_public(signer)));
	PROMISE(strlen(sg_signer_fingerprint(signer)) == 7 + 43);
	sg_buf_init(&first, 4096);
	sg_buf_init(&second, 4096);
	sg_signer_sign(signer, "git", SG_STR("message"), &first);
	sg_signer_sign(signer, "git", SG_STR("message"), &second);
	PROMISE(!first.overflow && sg_str_eq(sg_buf_str(&first), sg_buf_str(&second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sg_redactor *redactor = sg_redactor_new();
	struct sg_signer *signer = NULL;
	struct sg_err err = SG_ERR_INIT;

	if (size > SG_SIGNER_FILE_MAX_BYTES)
		size = SG_SIGNER_FILE_MAX_BYTES;
	if (sg_signer_new(redactor, (struct sg_str){(const char *)data, size}, &signer, &err) ==
		0) {
		check_signer(signer);
	} else {
		PROMISE(!signer);
		PROMISE(err.reason == SG_R_SIGNING_KEY_INVALID ||
			err.reason == SG_R_SIGNING_KEY_ENCRYPTED ||
			err.reason == SG_R_SIGNING_KEY_UNSUPPORTED);
		PROMISE(err.hint[0] && is_plain(err.cause) && is_plain(err.hint));
	}
	sg_signer_free(signer);
	sg_redactor_free(redactor);
	return 0;
}
