# A server from the binaries in a Python package.
ARG base
FROM $base
COPY bin/ /usr/local/bin/
CMD ["redis-server"]
