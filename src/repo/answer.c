#include "repo/answer.h"

#include <string.h>

#include "io/http.h"

enum { WORDS_MAX = 320 };

static const char *service_for_people(const struct sg_git_answer *a)
{
	return strcmp(a->service, "git-receive-pack") == 0 ? "pushing" : "reading";
}

static bool is_job_token(const struct sg_git_answer *a)
{
	return a->user && strcmp(a->user, "gitlab-ci-token") == 0;
}

static const char *sep(const char *words)
{
	return words[0] ? ": " : "";
}

static const char *scope_of(const struct sg_git_answer *a)
{
	return strcmp(a->service, "git-receive-pack") == 0 ? "write_repository" : "read_repository";
}

static int fail_auth(const struct sg_git_answer *a, const char *words, struct sg_err *err)
{
	if (!a->with_cred) {
		sg_fail(err, SG_R_CREDENTIAL_MISSING, "the server asks for a credential for %s%s%s",
			service_for_people(a), sep(words), words);
		return sg_hint(err, "set STAGEGATE_GITLAB_TOKEN or STAGEGATE_GITLAB_TOKEN_FILE for "
				    "this server");
	}
	sg_fail(err, SG_R_AUTH_FAILED, "the server does not accept the credential for %s%s%s",
		service_for_people(a), sep(words), words);
	if (is_job_token(a))
		return sg_hint(err,
			"a job token is valid only while its job runs, and pushes only where "
			"the project allows it; a project access token with "
			"write_repository works everywhere");
	return sg_hint(err,
		"the token may be wrong, expired, revoked, of another server, or lack the "
		"scope %s",
		scope_of(a));
}

static int fail_forbidden(const struct sg_git_answer *a, const char *words, struct sg_err *err)
{
	sg_fail(err, SG_R_FORBIDDEN, "the credential may not be used for %s this repository%s%s",
		service_for_people(a), sep(words), words);
	if (is_job_token(a))
		return sg_hint(err,
			"pushes by job token need the project's \"Allow Git push requests to the "
			"repository\", other projects need their allow list; or use a token with "
			"write_repository");
	if (!a->with_cred)
		return sg_hint(err, "set STAGEGATE_GITLAB_TOKEN or STAGEGATE_GITLAB_TOKEN_FILE");
	return sg_hint(err, "the token needs the scope %s and its user the Developer role or more",
		scope_of(a));
}

static int fail_not_found(const struct sg_git_answer *a, const char *words, struct sg_err *err)
{
	sg_fail(err, SG_R_REPOSITORY_NOT_FOUND,
		"the repository does not exist, or this credential may not see it%s%s", sep(words),
		words);
	if (is_job_token(a))
		return sg_hint(err,
			"check the address; a job token sees another project only when that "
			"project's allow list has this one");
	return sg_hint(
		err, "check the address, and that the token's user is a member of the project");
}

/* The URL without query, fragment and user info. */
static struct sg_str plain_url(struct sg_str url)
{
	long cut;
	long scheme = sg_str_search(url, "://");

	for (const char *c = "?#"; *c; c++) {
		cut = sg_str_find(url, *c);
		if (cut >= 0)
			url = sg_str_sub(url, 0, (size_t)cut);
	}
	if (scheme >= 0) {
		struct sg_str rest = sg_str_sub(url, (size_t)scheme + 3, url.len);
		long slash = sg_str_find(rest, '/');
		struct sg_str host = slash < 0 ? rest : sg_str_sub(rest, 0, (size_t)slash);

		if (sg_str_find(host, '@') >= 0)
			return SG_STR("");
	}
	return url;
}

/* Where a 3xx points: absolute, without query, and without what Git appended to the address. */
static void redirect_target(const struct sg_git_answer *a, struct sg_buf *out)
{
	static const char *const tails[] = {"/info/refs", "/git-upload-pack", "/git-receive-pack"};
	struct sg_str to = plain_url(sg_str_trim(sg_http_header(a->headers, "Location")));

	if (sg_str_starts(to, "/") && !sg_str_starts(to, "//")) {
		struct sg_str base = sg_str_of(a->url);
		long scheme = sg_str_search(base, "://");
		struct sg_str rest =
			sg_str_sub(base, scheme < 0 ? 0 : (size_t)scheme + 3, base.len);
		long slash = sg_str_find(rest, '/');
		size_t host_end = slash < 0 ? base.len : base.len - rest.len + (size_t)slash;

		sg_buf_addstr(out, sg_str_sub(base, 0, host_end));
	}
	for (size_t i = 0; i < SG_COUNT(tails); i++)
		if (sg_str_ends(to, tails[i]))
			to = sg_str_sub(to, 0, to.len - strlen(tails[i]));
	sg_buf_addstr(out, to);
}

static bool names_a_login(struct sg_str url)
{
	static const char *const marks[] = {
		"sign_in", "signin", "login", "saml", "oauth", "/auth", "sso"};

	for (size_t i = 0; i < SG_COUNT(marks); i++)
		if (sg_str_search(url, marks[i]) >= 0)
			return true;
	return false;
}

static int fail_redirected(const struct sg_git_answer *a, struct sg_err *err)
{
	struct sg_buf to SG_AUTO(sg_buf_release);
	char shown[WORDS_MAX];

	sg_buf_init(&to, 2048);
	redirect_target(a, &to);
	sg_git_words(sg_buf_str(&to), shown, sizeof(shown));
	if (!shown[0]) {
		sg_fail(err, SG_R_REDIRECTED, "the server redirects without a usable address");
		return sg_hint(err, "check the address given by --gitops");
	}
	sg_fail(err, SG_R_REDIRECTED, "the server says that the repository is at %s", shown);
	if (names_a_login(sg_buf_str(&to)))
		return sg_hint(err,
			"that looks like a login page: something in front of the server does "
			"not let the credential through");
	return sg_hint(err,
		"credentials follow no redirect: if that address is right, use --gitops %s", shown);
}

static int fail_busy(const struct sg_git_answer *a, const char *words, struct sg_err *err)
{
	if (a->status == 429)
		sg_fail(err, SG_R_THROTTLED,
			"the server refuses further requests for now (429)%s%s", sep(words), words);
	else
		sg_fail(err, SG_R_REMOTE_FAILED, "the server failed (%d)%s%s", a->status,
			sep(words), words);
	return sg_transient(err);
}

static bool is_redirect(int status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int fail_status(const struct sg_git_answer *a, struct sg_err *err)
{
	char words[WORDS_MAX];

	sg_git_words(a->body, words, sizeof(words));
	if (is_redirect(a->status))
		return fail_redirected(a, err);
	if (a->status == 401)
		return fail_auth(a, words, err);
	if (a->status == 403)
		return fail_forbidden(a, words, err);
	if (a->status == 404 || a->status == 410)
		return fail_not_found(a, words, err);
	if (a->status == 408 || a->status == 429 || a->status >= 500)
		return fail_busy(a, words, err);
	if (a->status == 407)
		return sg_fail(err, SG_R_AUTH_FAILED,
			"the proxy asks for its own credential (407)%s%s", sep(words), words);
	if (a->status == 413)
		return sg_fail(err, SG_R_TOO_LARGE,
			"the server takes no request of this size (413)%s%s", sep(words), words);
	return sg_fail(
		err, SG_R_REMOTE_FAILED, "the server answers %d%s%s", a->status, sep(words), words);
}

/* The media type without parameters. */
static struct sg_str media_type(const struct sg_git_answer *a)
{
	struct sg_str type = sg_http_header(a->headers, "Content-Type");
	long semicolon = sg_str_find(type, ';');

	return sg_str_trim(semicolon < 0 ? type : sg_str_sub(type, 0, (size_t)semicolon));
}

static bool is_wanted_type(const struct sg_git_answer *a, struct sg_str type)
{
	static const struct sg_str prefix = {"application/x-", 14};
	const char *suffix = a->post ? "-result" : "-advertisement";

	if (!sg_str_ieq(sg_str_sub(type, 0, prefix.len), prefix))
		return false;
	type = sg_str_sub(type, prefix.len, type.len);
	if (!sg_str_starts(type, a->service))
		return false;
	return sg_str_is(sg_str_sub(type, strlen(a->service), type.len), suffix);
}

static int fail_type(const struct sg_git_answer *a, struct sg_str type, struct sg_err *err)
{
	char words[WORDS_MAX], shown[80];

	sg_git_words(a->body, words, sizeof(words));
	sg_git_words(type, shown, sizeof(shown));
	sg_fail(err, SG_R_ANSWER_INVALID,
		"the server answers with %s, not with Git's protocol%s%s%s",
		shown[0] ? shown : "no content type", words[0] ? ": \"" : "", words,
		words[0] ? "\"" : "");
	if (sg_str_is(type, "text/plain") && !a->post)
		return sg_hint(err,
			"the server may know only Git's old \"dumb\" protocol; the smart one is "
			"needed");
	return sg_hint(err,
		"is that a login page or a proxy's? The address must be the one that `git "
		"clone` takes");
}

int sg_git_answer_check(const struct sg_git_answer *answer, struct sg_err *err)
{
	struct sg_str type = media_type(answer);

	if (answer->status == 200 && is_wanted_type(answer, type))
		return 0;
	if (answer->status >= 200 && answer->status <= 299)
		fail_type(answer, type, err);
	else
		fail_status(answer, err);
	err->http_status = answer->status;
	return -1;
}

bool sg_git_answer_refused(int status)
{
	return (status >= 300 && status <= 499) && status != 408;
}
