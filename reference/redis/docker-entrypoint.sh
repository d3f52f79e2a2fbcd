#!/bin/sh
# Starts Redis as the official image does: arguments alone mean those of redis-server.
set -e

case ${1:-} in
  -* | *.conf) set -- redis-server "$@" ;;
esac

if [ "${1:-}" = redis-server ] && [ "$(id -u)" = 0 ]; then
  find . \! -user redis -exec chown redis {} +
  exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
fi

# It is reached from other containers or not at all. The official image's server is built so.
if [ "${1:-}" = redis-server ]; then
  case ${2:-} in
    '' | -*)
      shift
      set -- redis-server --protected-mode no "$@"
      ;;
  esac
fi

# What Redis writes is for nobody else to read, unless another mask was chosen.
if [ "$(umask)" = 0022 ]; then
  umask 0077
fi
exec "$@"
