#!/bin/sh
# Formats the storage on the first start, with the one user that clients have, and runs the broker. Everything that the
# broker writes besides its log goes to /tmp, which is in memory. What the formatting prints is dropped: it has what the
# password is checked against; its errors are not.
#
# The formatting takes the password as an argument only, which the list of processes shows for as long as it runs. So it
# is left out where the storage has been formatted: meta.properties is what it writes last.
set -eu
storage=$(sed -n 's/^log\.dirs=//p' "$KAFKA_SETTINGS/server.properties")
if [ ! -e "$storage/meta.properties" ]; then
  # By itself, so that a file that can't be read ends the start.
  password=$(cat "${KAFKA_PASSWORD_FILE:-/run/secrets/kafka-password}")
  "$KAFKA_HOME/bin/kafka-storage.sh" format --ignore-formatted --cluster-id "$CLUSTER_ID" \
    --config "$KAFKA_SETTINGS/server.properties" \
    --add-scram "SCRAM-SHA-512=[name=rollbook,password=$password]" >/dev/null
fi
exec "$KAFKA_HOME/bin/kafka-server-start.sh" "$KAFKA_SETTINGS/server.properties"
