#!/bin/sh
# mongod refuses a key file that others could read, and a mounted secret has the host's modes: so it gets a copy, in
# memory. The rest is the image's own start, which makes the root user on the first one.
set -eu
umask 077
cp -f /run/secrets/mongodb-keyfile /tmp/keyfile
exec docker-entrypoint.sh mongod --replSet rollbook --keyFile /tmp/keyfile --bind_ip_all --wiredTigerCacheSizeGB 0.5
