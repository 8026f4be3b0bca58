#!/bin/sh
# Gives the service's user the password that the secret holds now, while the broker runs. The tool gets it in a file that
# only its user can read, in memory, and not as an argument, which the list of processes would show. In a file the value
# has no brackets around it.
set -eu
umask 077
password=$(cat "${KAFKA_PASSWORD_FILE:-/run/secrets/kafka-password}")
file=$(mktemp)
trap 'rm -f "$file"' EXIT
# A builtin of the shell: no process, no arguments.
echo "SCRAM-SHA-512=password=$password" >"$file"
# The heap of the tool, not the broker's.
KAFKA_HEAP_OPTS=-Xmx64m "$KAFKA_HOME/bin/kafka-configs.sh" --bootstrap-server 127.0.0.1:9091 --alter \
  --entity-type users --entity-name rollbook --add-config-file "$file"
