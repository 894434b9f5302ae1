# restic, compiled from its Go module.
ARG base
FROM $base
COPY restic /usr/bin/
ENTRYPOINT ["restic"]
