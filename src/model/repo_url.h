/*
 * Do two addresses name the same Git repository? Scheme, user, default port, trailing slashes,
 * ".git" and letter case do not matter; "git@host:path" is host/path (argocd.md 0.1).
 */
#ifndef SG_MODEL_REPO_URL_H
#define SG_MODEL_REPO_URL_H

#include <stdbool.h>

/* An empty or NULL address is the same as nothing, itself included. */
bool sg_repo_url_same(const char *a, const char *b);

#endif
