# A server from the binaries that a Python package carries.
ARG base
FROM $base
COPY bin/ /usr/local/bin/
CMD ["redis-server"]
