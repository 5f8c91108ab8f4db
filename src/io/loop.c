#include "io/loop.h"

int sg_loop_wait(struct sg_loop *loop, int64_t until_ms, struct sg_err *err)
{
	if (loop->watcher) {
		int64_t due_ms = loop->watcher->tick(loop->watcher, sg_loop_now_ms(loop));

		if (due_ms < until_ms)
			until_ms = due_ms;
	}
	return loop->wait(loop, until_ms, err);
}

void sg_loop_trouble(struct sg_loop *loop, const struct sg_err *why)
{
	if (loop->watcher)
		loop->watcher->trouble(loop->watcher, why);
}

int sg_loop_delay(struct sg_loop *loop, int64_t until_ms, struct sg_err *err)
{
	while (sg_loop_now_ms(loop) < until_ms)
		if (sg_loop_wait(loop, until_ms, err) < 0)
			return -1;
	return 0;
}

int64_t sg_loop_now_ms(struct sg_loop *loop)
{
	return loop->clock->now_ms(loop->clock);
}

int64_t sg_loop_after(struct sg_loop *loop, int64_t delay_ms)
{
	int64_t now = sg_loop_now_ms(loop);

	if (delay_ms <= 0)
		return now;
	return delay_ms > SG_NEVER - now ? SG_NEVER : now + delay_ms;
}
