/* Compiler attributes used across the house. */
#ifndef SG_BASE_ATTR_H
#define SG_BASE_ATTR_H

/* The result of a call that can fail is never ignored. */
#define SG_MUST_CHECK __attribute__((warn_unused_result))

#define SG_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

#define SG_NORETURN __attribute__((noreturn))

/*
 * Calls FN on the variable's address when it goes out of scope. FN accepts a zeroed value.
 * Does not run on exit() or longjmp(), which is why both are banned below main().
 */
#define SG_AUTO(fn) __attribute__((cleanup(fn)))

#define SG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
