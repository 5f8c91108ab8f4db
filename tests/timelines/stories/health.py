"""Rows 18 to 22a: health and images."""
from stories.story import *  # noqa: F403

S = Story  # noqa: F405


def app(*patches):
    return application("shop", X, *patches)


def health(word):
    return {"status": {"health": {"status": word}}}


def runs(*images):
    return {"status": {"summary": {"images": list(images)}}}


def confirmed(item, t, what="consumed", *patches):
    return item.then(t, "refresh", REFRESH).then(t + 1000, what, joined(CONSUMED, *patches))


confirmed(S("degraded", "Degraded at X, and at the second look", app(health("Degraded"))), 30000).fail(2, "DEGRADED")
confirmed(S("degraded-early", "the refresh was asked for too early", app(health("Degraded"))), 29000).wait("DEGRADED")
confirmed(S("degraded-policy", "the grace is a policy", app(health("Degraded")), policy={"degradedGraceMs": 1000, "confirmMs": 90000}),
          1000).fail(2, "DEGRADED")
confirmed(S("degraded-recovers", "recovered at the second look", app(health("Degraded"))), 30000, "Healthy", health("Healthy")).success(2)
confirmed(S("degraded-before-x", "Degraded at OLD for long: the grace begins at X", application("shop", OLD, health("Degraded"))).then(
    50000, "at X", compared(50, X, health="Degraded")), 60000).wait("DEGRADED")
confirmed(S("degraded-flaps", "Healthy would be success; Progressing in between begins the grace anew", app(health("Degraded"))).then(
    20000, "Progressing", health("Progressing")).then(25000, "Degraded", health("Degraded")), 45000).wait("DEGRADED")
S("degraded-silence", "nothing moves any more", app(health("Degraded"))).wait("DEGRADED", silenceMs=900000)
S("progressing", "the roll-out has no end", app(health("Progressing"))).wait("PROGRESSING", silenceMs=900000)
S("suspended-unsaid", "suspended, and no policy says what that means", app(health("Suspended"))).expect("policy", None, "SUSPENDED")
S("suspended-wait", "suspended is not done, by policy", app(health("Suspended")), policy={"suspendedOk": False}).wait("SUSPENDED")
S("suspended-ok", "suspended is done, by policy; old pods beside new ones are right", app(health("Suspended"), runs(IMAGE_OLD, IMAGE)),
  want={"image": IMAGE}, policy={"suspendedOk": True}).success(0)
S("suspended-resumed", "the pause ends", app(health("Suspended"))).then(60000, "Healthy", health("Healthy")).success(1)
S("healthy-old-beside", "suspendedOk does not excuse old pods of a healthy one", app(runs(IMAGE_OLD, IMAGE)), want={"image": IMAGE},
  policy={"suspendedOk": True}).wait("OLD_IMAGE_RUNNING")
S("missing", "nothing is there yet", app(health("Missing"))).wait("MISSING")
S("health-unknown", "health Unknown", app(health("Unknown"))).wait("HEALTH_UNKNOWN")
S("health-absent", "no health", app({"status": {"health": None}})).wait("HEALTH_UNKNOWN")
S("health-empty", "health: {}", app({"status": {"health": {"status": None}}})).wait("HEALTH_UNKNOWN")
S("health-new-word", "a word that nobody knows is not Healthy", app(health("Hibernating"))).wait("HEALTH_UNKNOWN")

WANT = {"image": IMAGE}
REPOSITORY = IMAGE.rsplit(":", 1)[0]
D1, D2 = "sha256:" + "1" * 64, "sha256:" + "2" * 64
confirmed(S("image-other", "only another tag runs, and still at the second look", app(runs(IMAGE_OLD)), want=WANT), 60000).fail(
    2, "IMAGE_MISMATCH")
confirmed(S("image-other-early", "the refresh was asked for too early", app(runs(IMAGE_OLD)), want=WANT), 59000).wait("IMAGE_MISMATCH")
confirmed(S("image-other-policy", "the grace is a policy", app(runs(IMAGE_OLD)), want=WANT, policy={"imageGraceMs": 2000}), 2000).fail(
    2, "IMAGE_MISMATCH")
confirmed(S("image-late", "the list was late", app(runs(IMAGE_OLD)), want=WANT), 60000, "the new one", runs(IMAGE)).success(2)
confirmed(S("image-both-break", "both for a while: the grace begins anew", app(runs(IMAGE_OLD)), want=WANT).then(
    30000, "both", runs(IMAGE_OLD, IMAGE)).then(40000, "the old one alone", runs(IMAGE_OLD)), 70000).wait("IMAGE_MISMATCH")
confirmed(S("image-both", "both: never a failure", app(runs(IMAGE_OLD, IMAGE)), want=WANT), 90000).wait("OLD_IMAGE_RUNNING")
S("image-right", "the right one, and images of others", app(runs(IMAGE, "reg.example.org:5000/team/proxy:9", "busybox")), want=WANT).success(0)
S("image-similar-repository", "a repository whose name begins the same way is another", app(runs(REPOSITORY + "-admin:1.9", IMAGE)),
  want=WANT).success(0)
S("image-not-seen", "the repository does not run at all: a warning", app(runs("busybox:1")), want=WANT).success(0)
S("image-none", "no image at all", app({"status": {"summary": None}}), want=WANT).success(0)
S("image-tag-and-digest", "tag and digest satisfy the tag", app(runs(f"{IMAGE}@{D1}")), want=WANT).success(0)
S("image-other-tag-and-digest", "another tag with a digest does not", app(runs(f"{IMAGE_OLD}@{D1}")), want=WANT).wait("IMAGE_MISMATCH")
S("image-digest-alone", "a digest alone says nothing", app(runs(f"{REPOSITORY}@{D1}")), want=WANT).success(0)
S("image-digest-and-old", "a digest alone may be the right one", app(runs(f"{REPOSITORY}@{D1}", IMAGE_OLD)), want=WANT).wait(
    "OLD_IMAGE_RUNNING")
S("image-digests-equal", "where both have a digest the tag does not count", app(runs(f"{IMAGE_OLD}@{D1}")),
  want={"image": f"{IMAGE}@{D1}"}).success(0)
S("image-digests-differ", "the right tag with another digest", app(runs(f"{IMAGE}@{D2}")), want={"image": f"{IMAGE}@{D1}"}).wait(
    "IMAGE_MISMATCH")
S("image-short-name", "docker.io and library/ are the default", app(runs("nginx:1.27")),
  want={"image": "docker.io/library/nginx:1.27"}).success(0)
S("image-no-tag", "no tag is latest", app(runs("nginx")), want={"image": "nginx:1.27"}).wait("IMAGE_MISMATCH")
S("image-other-port", "another registry is another repository", app(runs("reg.example.org:5001/team/shop:1.9")), want=WANT).success(0)
