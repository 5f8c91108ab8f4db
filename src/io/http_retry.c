#include "io/http_retry.h"

#include "base/num.h"
#include "io/http_date.h"

/* Answers after which the same request may well succeed (security.md 4.2). */
static bool is_transient(int status)
{
	switch (status) {
	case 408:
	case 429:
	case 500:
	case 502:
	case 503:
	case 504:
	case 522:
	case 524:
		return true;
	default:
		return false;
	}
}

/* 429 says that the request was not carried out; after anything else that is not certain. */
static bool may_repeat(bool replayable, int status, bool transport_failed)
{
	if (transport_failed)
		return replayable;
	return is_transient(status) && (replayable || status == 429);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* base * 2^(tried - 1), at most max_ms. */
static int64_t ceiling_ms(const struct sg_retry_policy *policy, int tried)
{
	int64_t ceiling = policy->base_ms;

	for (int i = 1; i < tried && ceiling < policy->max_ms; i++)
		ceiling = ceiling > policy->max_ms / 2 ? policy->max_ms : ceiling * 2;
	return least(ceiling, policy->max_ms);
}

/* Uniform in [0, ceiling]. */
static int64_t jitter_ms(int64_t ceiling, uint64_t random)
{
	return ceiling <= 0 ? 0 : (int64_t)(random % ((uint64_t)ceiling + 1));
}

static struct sg_retry_step stop(enum sg_reason reason)
{
	return (struct sg_retry_step){.again = false, .reason = reason};
}

struct sg_retry_step sg_retry_next(const struct sg_retry_policy *policy, int tried, bool replayable,
	int status, bool transport_failed, int64_t retry_after_ms, int64_t now_ms, uint64_t random)
{
	int64_t left = policy->deadline_ms - now_ms, wait;

	if (!may_repeat(replayable, status, transport_failed))
		return stop(SG_R_OK);
	if (retry_after_ms > policy->max_after_ms)
		return stop(SG_R_THROTTLED);
	if (policy->tries > 0 && tried >= policy->tries)
		return stop(SG_R_OK);
	if (retry_after_ms >= 0 && retry_after_ms >= left)
		return stop(SG_R_THROTTLED);
	/* delays shrink with the time that is left; the last moment is not spent on hammering */
	if (left <= 0 || (retry_after_ms < 0 && left <= policy->base_ms))
		return stop(SG_R_TIMEOUT);
	if (retry_after_ms >= 0)
		/* everybody was told the same moment: spread a little */
		wait = retry_after_ms +
		       jitter_ms(least(policy->base_ms, left - retry_after_ms - 1), random);
	else
		wait = jitter_ms(least(ceiling_ms(policy, tried), left - 1), random);
	return (struct sg_retry_step){.again = true, .wait_ms = wait};
}

static int64_t seconds_ms(uint64_t seconds)
{
	return seconds > (uint64_t)SG_NEVER / 1000 ? SG_NEVER : (int64_t)seconds * 1000;
}

/* A moment in server time, from the answer's own Date. */
static int64_t from_date(const struct sg_buf *headers, int64_t then_s)
{
	int64_t now_s;

	if (!sg_http_date(sg_http_header(headers, "Date"), &now_s))
		return -1;
	return then_s <= now_s ? 0 : seconds_ms((uint64_t)(then_s - now_s));
}

int64_t sg_retry_after_ms(const struct sg_buf *headers)
{
	struct sg_str value = sg_http_header(headers, "Retry-After");
	struct sg_str reset = sg_http_header(headers, "RateLimit-Reset");
	int64_t then_s;
	uint64_t seconds;

	if (sg_str_is_digits(value))
		return sg_num_u64(value, &seconds) ? seconds_ms(seconds) : SG_NEVER;
	if (sg_http_date(value, &then_s))
		return from_date(headers, then_s);
	/* GitLab's own, seconds since 1970; it says something only where nothing remains. */
	if (value.len == 0 && sg_str_is(sg_http_header(headers, "RateLimit-Remaining"), "0") &&
		sg_num_u64(reset, &seconds) && seconds <= (uint64_t)INT64_MAX)
		return from_date(headers, (int64_t)seconds);
	return -1;
}

uint64_t sg_retry_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}
