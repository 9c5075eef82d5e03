#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The part of try.sh that runs under the booted systemd.
set -u
unit=tickbus@md
failed=0

show() {
    systemctl show -P "$1" "$unit"
}

# Whether a command succeeds; its output is the reason if not.
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

equals() {
    [ "$1" = "$2" ] || { echo "expected: $2, found: $1"; return 1; }
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

# Waits up to 30 s, as journald takes lines later than they are written.
logs() {
    local i
    for i in {1..150}; do
        journalctl --no-pager -u "$unit" | grep -q -- "$1" && return 0
        sleep 0.2
    done
    echo "not in the log: $1"
    return 1
}

# Waits up to 30 s for a property to have a value.
becomes() {
    local i
    for i in {1..300}; do
        [ "$(show "$1")" = "$2" ] && return 0
        sleep 0.1
    done
    equals "$(show "$1")" "$2"
}

served() {
    setpriv --reuid=app --regid=app --init-groups env TICKBUS_DIR=/run/tickbus \
        tickbus arm --bus md --owner tickbus --key 7 --signal 42 --in 300ms --wait
}

restarted() {
    becomes NRestarts "$1" && becomes ActiveState active && served
}

echo "$(systemctl --version | head -n 1), $(java -version 2>&1 | head -n 1)"
# systemd-nspawn shows a boot id of its own, but not to units with a /proc of their own: a host has one for all.
umount -l /proc/sys/kernel/random/boot_id 2>/dev/null
check "the package is installed" dpkg --install /try/tickbus.deb
useradd --system --user-group --groups tickbus app
mkdir -p "/etc/systemd/system/$unit.service.d"
echo 'mode = park' >/etc/tickbus/md.properties
printf '[Service]\nWatchdogSec=3\n' >"/etc/systemd/system/$unit.service.d/trial.conf"
systemctl daemon-reload

check "the unit is verified" systemd-analyze verify --man=no "$unit.service"
check "it starts, which ends when it says READY=1" systemctl start "$unit"
check "its status is the daemon's own" grep -q '^Serving 0 clients' <<<"$(show StatusText)"
check "its user is tickbus" equals "$(ps -o user= -p "$(show MainPID)")" tickbus
check "it runs under seccomp" grep -q '^Seccomp:.*2$' "/proc/$(show MainPID)/status"
check "native code works: it waits by futex" \
    env TICKBUS_DIR=/run/tickbus tickbus stat md --owner tickbus
check "a member of the group is served" served
check "others are not" refuses "permission denied" setpriv --reuid=nobody --regid=nogroup --clear-groups \
    env TICKBUS_DIR=/run/tickbus tickbus stat md --owner tickbus
echo 'mode = eco' >/etc/tickbus/md.properties
check "it reloads" systemctl reload "$unit"
check "its log says so" logs 'settings-reloaded mode=park->eco'
echo 'mode = sideways' >/etc/tickbus/md.properties
check "a reload with wrong settings fails" refuses "Job for $unit.service failed" systemctl reload "$unit"
check "its log says why" logs 'settings-refused .*sideways'
check "and it continues" served
echo 'mode = park' >/etc/tickbus/md.properties
sleep 4
check "the watchdog is served" equals "$(show NRestarts)" 0
systemctl kill --kill-who=main -s STOP "$unit"
check "stopped, it is restarted by the watchdog and serves again" restarted 1
systemctl kill --kill-who=main -s KILL "$unit"
check "killed, it is restarted and serves again" restarted 2
check "it stops" systemctl stop "$unit"
check "with exit code 0" equals "$(show ExecMainStatus) $(show Result)" "0 success"
echo 'mode = sideways' >/etc/tickbus/md.properties
check "it does not start with wrong settings" refuses "Job for $unit.service failed" systemctl start "$unit"
check "is tried a few times, and then no more" becomes ActiveState failed
echo "systemd-analyze security: $(systemd-analyze security --no-pager "$unit" 2>&1 | tail -n 1 | sed 's/[^[:print:]]*//g')"
check "the package is purged" dpkg --purge tickbus
if [ $failed = 0 ]; then
    echo "all as it should be"
else
    journalctl --no-pager -u "$unit" | tail -n 60
fi
