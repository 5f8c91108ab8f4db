/* The key that commits are signed with, and whether GitLab can tell whose it is (security.md 3.3).
 */
#include <string.h>

#include "model/doctor_say.h"

static void judge_key(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_signing *signing = &pass->facts->signing;

	if (signing->key.state == SG_DOCTOR_UNASKED && signing->required)
		sg_doctor_fault(pass, SG_DOCTOR_SIGNING_KEY, NULL,
			"commits must be signed (`commit.sign`), and no key was given");
	else if (sg_doctor_known(pass, SG_DOCTOR_SIGNING_KEY, NULL, &signing->key, true))
		sg_doctor_ok(pass, SG_DOCTOR_SIGNING_KEY, NULL, "commits are signed with %s: %s",
			signing->fingerprint, signing->public_line);
}

static bool is_one_of(const char *email, const struct sg_doctor_token *token)
{
	struct sg_str ours = sg_str_of(email);

	return sg_str_ieq(ours, sg_str_of(token->email)) ||
	       sg_str_ieq(ours, sg_str_of(token->commit_email));
}

/* GitLab calls a signature verified when the key and the committer's address are one user's. */
static void judge_email(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_signing *signing = &pass->facts->signing;
	const struct sg_doctor_token *token = &pass->facts->token;

	if (!signing->author_email)
		sg_doctor_unseen(
			pass, SG_DOCTOR_SIGNING_EMAIL, NULL, "the configuration could not be used");
	else if (!token->given || token->user_seen.state != SG_DOCTOR_KNOWN)
		sg_doctor_unseen(pass, SG_DOCTOR_SIGNING_EMAIL, NULL,
			"GitLab did not say whose the token is");
	else if (!token->email || !token->email[0])
		sg_doctor_unseen(pass, SG_DOCTOR_SIGNING_EMAIL, NULL,
			"GitLab does not tell the e-mail address of the token's user");
	else if (is_one_of(signing->author_email, token))
		sg_doctor_ok(pass, SG_DOCTOR_SIGNING_EMAIL, NULL,
			"commits carry %s, an address of %s", signing->author_email,
			token->username);
	else
		sg_doctor_fault(pass, SG_DOCTOR_SIGNING_EMAIL, NULL,
			"commits carry %s, and the address of %s is %s: with a key of that user "
			"GitLab shows them as unverified",
			signing->author_email, token->username, token->email);
}

void sg_doctor_judge_signing(const struct sg_doctor_pass *pass)
{
	const struct sg_doctor_facts *f = pass->facts;

	if (f->signing.key.state == SG_DOCTOR_UNASKED && !f->signing.required)
		return;
	judge_key(pass);
	if (f->signing.key.state == SG_DOCTOR_KNOWN && !f->no_gitlab_why)
		judge_email(pass);
}
