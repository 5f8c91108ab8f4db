/*
 * Do two addresses name the same Git repository? Scheme, user, default port, trailing slashes,
 * ".git" and letter case do not matter; "git@host:path" is host/path (argocd.md 0.1).
 */
#ifndef SG_MODEL_REPO_URL_H
#define SG_MODEL_REPO_URL_H

#include <stdbool.h>

/* An empty or NULL address is the same as nothing, itself included. */
bool sg_repo_url_same(const char *a, const char *b);

/*
 * May they? True also where only the host differs (a mirror, an address inside of a cluster, a
 * server below a path): the paths are the same, or the longer one ends with the other, which has a
 * slash in it. Never enough to send a credential or to call a commit deployed.
 */
bool sg_repo_url_alike(const char *a, const char *b);

#endif
