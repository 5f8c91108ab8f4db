# The container image: stagegate, a small static shell for the scripts that GitLab writes, and certificate authorities. Nothing else.
#
#   docker build --build-arg VERSION=0.1.0 --build-arg REVISION=$(git rev-parse --short=12 HEAD) -t stagegate .
#   docker build --platform linux/arm64 ...      compiles on this machine for the other one
#   ci/image                                     the same without an engine, and reproducible
#
# BASE is a Debian 12 that compiles; nothing of it is in the result. No ENTRYPOINT: GitLab Runner starts a shell of its own.
ARG BASE=debian:bookworm-slim
FROM --platform=$BUILDPLATFORM ${BASE} AS build
ARG TARGETARCH
# where ci/deps keeps what it built: ci/image mounts the cache of its machine there
ARG XDG_CACHE_HOME=/var/cache
ARG STAGEGATE_BUILD_JOBS
WORKDIR /src
COPY ci/setup ci/rootfs ci/
RUN ci/setup $(ci/rootfs --groups "$TARGETARCH")
COPY ci/deps ci/deps.lock ci/
COPY ci/deps.d ci/deps.d
RUN ci/deps $(ci/rootfs --targets "$TARGETARCH")
COPY CMakeLists.txt CMakePresets.json LICENSE THIRD-PARTY.md ./
COPY ci/build ci/
COPY cmake cmake
COPY src src
ARG VERSION
ARG REVISION
ARG SOURCE_DATE_EPOCH
RUN STAGEGATE_BUILD_VERSION=$VERSION STAGEGATE_BUILD_COMMIT=$REVISION ci/rootfs "$TARGETARCH" /rootfs

FROM scratch
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title="stagegate" \
	org.opencontainers.image.description="From an image tag to a commit in the GitOps repository to a cluster that really runs it" \
	org.opencontainers.image.version="${VERSION}" \
	org.opencontainers.image.revision="${REVISION}" \
	org.opencontainers.image.licenses="Apache-2.0 AND curl AND GPL-2.0-only AND MIT AND MPL-2.0 AND Zlib"
COPY --from=build /rootfs/ /
ENV PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/stagegate
USER 65532:65532
CMD ["stagegate", "--help"]
