/* Advice about the key that commits are signed with (io/signer.h, step/signing.h). */
#include "model/advice.h"

#include "base/attr.h"

#define LOOK                                                                                       \
	"ssh-keygen -l -f FILE\n"                                                                  \
	"stagegate doctor\n"

static const struct sg_advice signing[] = {
	{
		.code = "SIGNING_KEY_MISSING",
		.means = "`commit: {sign: required}` stands in stagegate.yaml, and this run has no "
			 "key. Nothing was written.",
		.cause = "STAGEGATE_SIGNING_KEY_FILE is not set in this job: the variable is "
			 "protected and the job's ref is not, or it belongs to another project or "
			 "environment.",
		.remedy = "Give the job the key as a protected variable of type File, named "
			  "STAGEGATE_SIGNING_KEY_FILE, and run what writes on a protected ref. "
			  "docs/signing.md has the commands.",
		.look = "glab variable list -R PROJECT\n",
	},
	{
		.code = "SIGNING_KEY_INVALID",
		.means = "There is no private key in the file, or it is damaged: its two halves "
			 "do not belong together, it is cut off, or its lines are no base64.",
		.cause = "Only a part of the key was copied, it is the .pub file, or the variable "
			 "holds the key itself instead of the name of a file.",
		.remedy = "Bring the whole file over once more, from -----BEGIN to -----END, and "
			  "make the variable of type File.",
		.look = "ssh-keygen -y -f FILE\n" LOOK,
	},
	{
		.code = "SIGNING_KEY_ENCRYPTED",
		.means = "The key can be used only with its passphrase, and a job has nobody to "
			 "type it.",
		.cause = "ssh-keygen asked for a passphrase when the key was made.",
		.remedy = "Take the passphrase off a copy with ssh-keygen -p, or make a key for "
			  "this purpose alone, with -N ''. Keep it in a protected variable of "
			  "type File.",
		.look = LOOK,
	},
	{
		.code = "SIGNING_KEY_UNSUPPORTED",
		.means = "The key may be a good one, and stagegate cannot sign with its kind: it "
			 "signs with ECDSA on P-256, P-384 or P-521.",
		.cause = "It is an Ed25519 or RSA key (what ssh-keygen makes when no type is "
			 "named), the handle of a security key, or a file in PuTTY's format.",
		.remedy = "Make one that fits with ssh-keygen -t ecdsa -b 256 -N '' -C stagegate "
			  "-f stagegate-signing-key, and register its public half.",
		.look = LOOK,
	},
	{
		.code = "SIGNING_KEY_EXPOSED",
		.means = "Other users of this machine may read or change the file with the key. "
			 "It was not used, as ssh would not have used it.",
		.cause = "The file was made with a wide umask, as the jobs of GitLab have it. "
			 "Files that GitLab itself makes for variables of type File are taken "
			 "as they are.",
		.remedy = "chmod 600 the file. In a pod set defaultMode: 0400 for the secret's "
			  "volume.",
		.look = "ls -lL FILE\n",
	},
};

const struct sg_advice_table sg_advice_signing = {signing, SG_COUNT(signing)};
