/* How long the next request to compare anew has to wait for the one before (argocd.md 0.1 step 4).
 */
#ifndef SG_MODEL_BACKOFF_H
#define SG_MODEL_BACKOFF_H

#include <stddef.h>
#include <stdint.h>

/* Behind the request that is number IN_A_ROW (from 1) since nothing else was wanted: 10, 20, 40,
 * then 60 s. */
int64_t sg_backoff_ms(size_t in_a_row);

#endif
