#!/bin/sh
# Formats the storage on the first start, with the one user that clients have, and runs the broker. Everything that the
# broker writes besides its log goes to /tmp, which is in memory. What the formatting prints is dropped: it has what the
# password is checked against; its errors are not.
set -eu
"$KAFKA_HOME/bin/kafka-storage.sh" format --ignore-formatted --cluster-id "$CLUSTER_ID" \
  --config "$KAFKA_SETTINGS/server.properties" \
  --add-scram "SCRAM-SHA-512=[name=rollbook,password=$(cat /run/secrets/kafka-password)]" >/dev/null
exec "$KAFKA_HOME/bin/kafka-server-start.sh" "$KAFKA_SETTINGS/server.properties"
