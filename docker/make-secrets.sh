#!/bin/sh
# Makes the secrets of docker-compose.yml, one file each, in the folder given (default: ./secrets beside the compose
# file). A file that exists is kept, so it can be run again after an upgrade or after one was removed to renew it. The
# connection string holds the service's password, so it is made anew with it.
#
# The folder is closed to everybody else (0700); the files in it are readable (0444), because a container gets each as
# a mount with the host's modes and runs as another user than the host's.
set -eu
folder=${1:-$(dirname "$0")/../secrets}
mkdir -p "$folder"
chmod 0700 "$folder"
cd "$folder"

# $1 octets as hexadecimal digits
random() {
  head -c "$1" /dev/urandom | od -An -tx1 | tr -d ' \n'
}
# stdin into the file $1, whole or not at all, unless it exists
keep() {
  if [ -e "$1" ]; then
    echo "kept $1"
    return
  fi
  rm -f "$1.new"
  (umask 077 && cat >"$1.new")
  chmod 0444 "$1.new"
  mv "$1.new" "$1"
  echo "made $1"
}

echo "operator:$(random 32)" | keep admin-tokens
echo "auditor:$(random 32)" | keep auditor-tokens
random 32 | keep master-key
random 32 | keep kafka-password
random 32 | keep mongodb-root-password
[ -e mongodb-password ] || rm -f mongodb-url
random 32 | keep mongodb-password
# What a key file may hold: 6 to 1,024 characters of base64.
random 378 | keep mongodb-keyfile
echo "mongodb://rollbook:$(cat mongodb-password)@mongodb:27017/rollbook?replicaSet=rollbook&authSource=admin" |
  keep mongodb-url
