/*
 * Every way in which a run can go wrong, with the exit code that scripts rely on.
 * (Answers that are no errors - verdicts - have their own table in model/.)
 *
 * X(NAME, exit code, what it means). The names are part of every output format and stay stable.
 */
#ifndef SG_BASE_REASON_H
#define SG_BASE_REASON_H

#define SG_REASONS(X)                                                                              \
	X(OK, 0, "done")                                                                           \
	X(USAGE, 2, "the command line is not understood")                                          \
	X(CONFIG_INVALID, 3, "the configuration contradicts itself or its schema")                 \
	X(CONFIG_MISSING, 3, "the configuration file is not where it should be")                   \
	X(KUBECONFIG_INVALID, 3, "the kubeconfig cannot be used")                                  \
	X(SIGNING_KEY_MISSING, 3, "commits must be signed, and no key was given")                  \
	X(SIGNING_KEY_INVALID, 3, "the signing key is damaged, or is no private key")              \
	X(SIGNING_KEY_ENCRYPTED, 3, "the signing key needs a passphrase")                          \
	X(SIGNING_KEY_UNSUPPORTED, 3, "the signing key is of a kind that cannot sign here")        \
	X(SIGNING_KEY_EXPOSED, 3, "others on this machine may read or change the signing key")     \
	X(PLACE_AMBIGUOUS, 3, "several places may carry the image, and none is named")             \
	X(PLACE_SHARED, 3, "the place carries the image of other environments, too")               \
	X(CREDENTIAL_MISSING, 4, "no credential was given for this server")                        \
	X(CREDENTIAL_ORIGIN, 4, "a credential would have gone to a server it does not belong to")  \
	X(AUTH_FAILED, 4, "the server does not accept the credential")                             \
	X(FORBIDDEN, 4, "the credential is known but may not do this")                             \
	X(BRANCH_PROTECTED, 4, "the branch does not accept pushes from this user")                 \
	X(HOOK_DECLINED, 4, "a hook of the server declined the push")                              \
	X(ENVIRONMENT_GATED, 4, "the environment is changed only through its gates")               \
	X(UNPROTECTED_REF, 4, "nothing is written from a job whose ref GitLab does not protect")   \
	X(SERVICE_UNKNOWN, 5, "no service of this name is configured")                             \
	X(ENVIRONMENT_UNKNOWN, 5, "no environment of this name is configured")                     \
	X(REPOSITORY_NOT_FOUND, 5, "the repository is missing, or hidden from this credential")    \
	X(BRANCH_NOT_FOUND, 5, "the branch does not exist")                                        \
	X(REVISION_NOT_FOUND, 5, "the revision does not exist in the repository")                  \
	X(FILE_NOT_FOUND, 5, "the file does not exist at this revision")                           \
	X(KEY_NOT_FOUND, 5, "the file has no such key")                                            \
	X(IMAGE_NOT_FOUND, 5, "the file names no such image")                                      \
	X(PLACE_NOT_FOUND, 5, "no place that carries the image was found")                         \
	X(APPLICATION_NOT_FOUND, 5, "the cluster has no such application")                         \
	X(NOT_FOUND, 5, "the server has no such thing")                                            \
	X(BRANCH_MOVED, 6, "the branch moved faster than we could follow")                         \
	X(BRANCH_BUSY, 6, "the branch of a merge request carries somebody else's change")          \
	X(MR_NOT_OURS, 6, "the merge request is not one of stagegate's")                           \
	X(CONFLICT, 6, "somebody else's change stands in the way")                                 \
	X(OLDER, 6, "an older version would take the place of a newer one")                        \
	X(UNEXPECTED_VALUE, 6, "another value stands there than the expected one")                 \
	X(UNREACHABLE, 7, "the server cannot be reached")                                          \
	X(TLS_FAILED, 7, "the server's certificate or TLS handshake is not acceptable")            \
	X(REDIRECTED, 7, "the server names another address")                                       \
	X(REMOTE_FAILED, 7, "the server failed")                                                   \
	X(REMOTE_TIMEOUT, 7, "the server did not answer in time")                                  \
	X(THROTTLED, 7, "the server asks to come back later than we may wait")                     \
	X(GITLAB_UNSUPPORTED, 7, "this GitLab is older than what is supported")                    \
	X(PUSH_REJECTED, 7, "the server did not accept the push")                                  \
	X(MR_NOT_OPENED, 7, "the push opened no merge request")                                    \
	X(TIMEOUT, 8, "the deadline passed")                                                       \
	X(YAML_INVALID, 9, "the file is not valid YAML")                                           \
	X(JSON_INVALID, 9, "the document is not valid JSON")                                       \
	X(ANSWER_INVALID, 9, "the server's answer cannot be understood")                           \
	X(TOO_LARGE, 9, "the input is larger than the limit")                                      \
	X(EDIT_REFUSED, 9, "the place cannot be edited exactly")                                   \
	X(EDIT_ALIAS, 9, "an alias stands there: the value is another place's")                    \
	X(EDIT_SHARED, 9, "other places would change too, through an anchor")                      \
	X(EDIT_MERGE_KEY, 9, "the value comes from a merge key")                                   \
	X(EDIT_DUPLICATE, 9, "two places answer to the same name")                                 \
	X(EDIT_DOCUMENTS, 9, "the file has several documents and none is named")                   \
	X(EDIT_TEMPLATE, 9, "the place is a template, not data")                                   \
	X(EDIT_MULTILINE, 9, "the value goes over several lines")                                  \
	X(EDIT_TAGGED, 9, "the value has a tag that says it is no text")                           \
	X(EDIT_NOT_SCALAR, 9, "a mapping or a list stands where a value was meant")                \
	X(EDIT_OTHER_VALUE, 9, "something else stands there than what was to be replaced")         \
	X(EDIT_DIGEST, 9, "a digest stands there and decides what runs")                           \
	X(EDIT_NO_FIELD, 9, "the field to write into is missing")                                  \
	X(EDIT_UNPROVEN, 9, "the edited file would not read back as wanted")                       \
	X(LOCAL_IO, 10, "a local file or pipe failed")                                             \
	X(OUTCOME_UNKNOWN, 11, "the server may or may not have done it")                           \
	X(BUG, 70, "a broken promise inside this program")                                         \
	X(CANCELLED, 128, "a signal ended the run (exit code 128 + signal)")

enum sg_reason {
#define SG_X(name, code, text) SG_R_##name,
	SG_REASONS(SG_X)
#undef SG_X
};

/* "BRANCH_MOVED" for SG_R_BRANCH_MOVED. */
const char *sg_reason_name(enum sg_reason reason);

/* The sentence of the table. */
const char *sg_reason_text(enum sg_reason reason);

/* The process exit status; for CANCELLED the caller adds the signal number. */
int sg_reason_exit(enum sg_reason reason);

/* How many reasons there are; they count from 0. */
int sg_reason_count(void);

#endif
