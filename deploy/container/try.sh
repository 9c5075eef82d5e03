#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs the image that build.sh has made: a daemon, an application and a subscriber in three containers, each of a user of
# its own, with a read-only root, a /tmp without execution and limited memory. Kills each of them.
# Needs root, podman and runc. Prints what happened; exit code 0 if all was as it should be, 77 with the reason if it
# cannot run here.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")

skip() {
    echo "skipped: $1" >&2
    exit 77
}

[ "$(id -u)" = 0 ] || skip "it is made for root's podman"
type -P podman >/dev/null || skip "there is no podman"
type -P runc >/dev/null || skip "there is no runc"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
# Not every host lets limits be raised or has a unified hierarchy of control groups.
cat >"$work/containers.conf" <<'CONF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
CONF
export CONTAINERS_CONF=$work/containers.conf
podman image exists localhost/tickbus || skip "there is no image localhost/tickbus: run build.sh"

id=tickbus-try-$$
bus=/dev/shm/$id
failed=0
# What a pod's volume is: of a group, and everybody's.
mkdir -m 2777 "$bus"
chgrp 10000 "$bus"
trap 'podman rm -f -t 0 $(podman ps -aq --filter "name=$id") >/dev/null 2>&1; rm -rf -- "$bus" "$work"' EXIT

start() {
    local name=$1 user=$2
    shift 2
    podman run "--name=$id-$name" --network none "--user=$user:10000" --read-only --read-only-tmpfs=false \
        --tmpfs /tmp:rw,noexec,nosuid,size=16m --cap-drop ALL --security-opt no-new-privileges -v "$bus:/bus" "$@"
}

daemon() {
    start "daemon$1" 10001 -d --memory 256m --cpuset-cpus 0 localhost/tickbus daemon --group 10000 --mode park \
        >/dev/null
}

# A command of another user that ends by itself.
client() {
    start client 10002 --rm localhost/tickbus "$@"
}

check() {
    local what=$1 output
    shift
    if output=$("$@" 2>&1); then
        echo "ok    $what"
    else
        echo "WRONG $what"
        sed 's/^/      /' <<<"$output"
        failed=1
    fi
}

# Waits up to 30 s for a container to have printed something.
prints() {
    local i name=$1
    [[ $name == tickbus-* ]] || name=$id-$name
    for i in {1..150}; do
        podman logs "$name" 2>&1 | grep -q -- "$2" && return 0
        sleep 0.2
    done
    podman logs "$name" | tail -n 5
    return 1
}

arm() {
    client arm --owner 10001 --key 7 --signal "$1" --in 300ms --wait
}

# A command that fails for the expected reason, and no other.
refuses() {
    local sentence=$1 output
    shift
    if output=$("$@" 2>&1) || ! grep -q -- "$sentence" <<<"$output"; then
        echo "expected a refusal: $sentence"
        echo "$output"
        return 1
    fi
}

# Nobody else than the daemon may publish, as only its user may write.
intrudes() {
    start intruder 10003 --rm localhost/tickbus publish 42 --owner 10001
}

outsider() {
    podman run --rm --network none --user 10004:10004 -v "$bus:/bus" localhost/tickbus stat default --owner 10001
}

echo "$(podman --version), $(runc --version | head -n 1), $(uname -sr)"
daemon 1
check "the daemon is ready, with native code, /tmp without execution" prints daemon1 'platform="Linux .* over'
check "it runs on the processor that it was given" prints daemon1 'cpus=0 '
check "it keeps fewer timers, as its memory is limited" prints daemon1 'quota-lowered'
start tail 10003 -d localhost/tickbus tail --owner 10001 --wait park >/dev/null
check "a subscriber of another user attaches" prints tail SEQUENCE
check "an application of a third user arms and observes a timer" arm 41
check "the subscriber observes it too" prints tail ' 41 '
check "another user of the group cannot publish" refuses "permission denied" intrudes
check "somebody outside of the group reads nothing" refuses "permission denied" outsider
start app 10002 -d localhost/tickbus arm --owner 10001 --key 8 --signal 42 --in 1h --wait >/dev/null
check "the application waits for a timer" prints app 'armed key 8'
podman kill -s KILL "$id-app" >/dev/null
check "killed, its timer is gone" refuses "has none of that key" client cancel 8 --owner 10001
podman kill -s KILL "$id-tail" >/dev/null
check "the subscriber killed, the others continue" arm 43
start tail2 10003 -d localhost/tickbus tail --owner 10001 --wait park >/dev/null
check "another subscriber attaches" prints tail2 SEQUENCE
podman kill -s KILL "$id-daemon1" >/dev/null
check "the daemon killed, an application is told" refuses "no daemon answers" arm 44
daemon 2
check "another daemon takes over the bus" prints daemon2 'ready .* epoch=2'
check "an application is served" arm 45
check "the subscriber, which stayed, observes it" prints tail2 ' 45 '
podman stop -t 30 "$id-daemon2" >/dev/null
check "stopped, the daemon ends cleanly" prints daemon2 '^stopped '
check "with exit code 0, and killed for memory it was not" \
    test "$(podman inspect -f '{{.State.ExitCode}} {{.State.OOMKilled}}' "$id-daemon2")" = "0 false"
# Elsewhere, podman takes a file "tickbus" of the current folder for something to build.
cd "$work" || exit 1
check "the pod starts" podman play kube "$here/pod.yaml"
check "its daemon is ready" prints tickbus-daemon '^ready '
check "its application attaches" prints tickbus-app SEQUENCE
check "and observes a timer" eval 'podman exec tickbus-daemon java -jar /opt/tickbus/tickbus.jar arm --key 1 --signal 47 \
    --in 300ms && prints tickbus-app " 47 "'
podman play kube --down "$here/pod.yaml" >/dev/null 2>&1
[ $failed = 0 ] && echo "all as it should be"
