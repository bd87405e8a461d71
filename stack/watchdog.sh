#!/bin/sh
# Outlives its parent and stops what the parent started: the end of standard input means the parent is gone,
# however it died. Lines: "watch <pid> <signal>" and "forget <pid>".
watched=""
while read -r verb pid signal; do
  case "$verb" in
    watch) watched="$pid:$signal $watched" ;;
    forget)
      kept=""
      for entry in $watched; do
        [ "${entry%:*}" = "$pid" ] || kept="$kept$entry "
      done
      watched="$kept"
      ;;
  esac
done

for entry in $watched; do
  kill -s "${entry#*:}" "${entry%:*}" 2>/dev/null
  # A stopped process takes no signal until it goes on.
  kill -s CONT "${entry%:*}" 2>/dev/null
done

tries=0
while [ "$tries" -lt 40 ]; do
  alive=""
  for entry in $watched; do
    kill -s 0 "${entry%:*}" 2>/dev/null && alive=yes
  done
  [ -n "$alive" ] || exit 0
  sleep 0.2
  tries=$((tries + 1))
done

for entry in $watched; do
  kill -s KILL "${entry%:*}" 2>/dev/null
done
