#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Boots a systemd of its own in a container, installs the Debian package and runs tickbus@.service: start, clients,
# reload, watchdog, kill, stop. Needs root, systemd-nspawn (Debian: systemd-container), the package, and a root file
# system, which is not changed:
#
#   ./mvnw -DskipTests package
#   debootstrap --variant=minbase --include=openjdk-17-jre-headless,adduser,systemd,systemd-sysv,dbus,procps bookworm ROOT
#   deploy/systemd/try.sh ROOT
#
# Prints what happened; exit code 0 if all was as it should be, 77 with the reason if it cannot run here.
set -u
here=$(dirname -- "$(readlink -f -- "$0")")

skip() {
    echo "skipped: $1" >&2
    exit 77
}

root=${1:?the root file system}
[ "$(id -u)" = 0 ] || skip "only root may boot a container"
type -P systemd-nspawn >/dev/null || skip "there is no systemd-nspawn: apt install systemd-container"
[ -x "$root/lib/systemd/systemd" ] || skip "there is no systemd in $root"
package=$(ls -t "$here"/../packages/target/tickbus_*.deb 2>/dev/null | head -n 1)
[ -n "$package" ] || skip "there is no package in deploy/packages/target: run ./mvnw -DskipTests package"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
cp "$package" "$work/tickbus.deb"
cp "$here/try-inside.sh" "$work/"
cat >"$work/try.service" <<'UNIT'
[Unit]
After=multi-user.target
[Service]
Type=oneshot
ExecStart=/bin/bash /try/try-inside.sh
ExecStopPost=/bin/systemctl --no-block poweroff
TimeoutStartSec=240
StandardOutput=file:/try/result
StandardError=inherit
UNIT

# Without --volatile the user, the settings and the journal of the trial would stay in the root.
timeout 300 systemd-nspawn --quiet --register=no --keep-unit --volatile=overlay --directory="$root" --boot \
    --bind="$work:/try" \
    --bind-ro="$work/try.service:/etc/systemd/system/try.service" \
    systemd.wants=try.service </dev/null >"$work/console" 2>&1
[ -f "$work/result" ] || { cat "$work/console"; skip "this host boots no systemd in a container, see above"; }
cat "$work/result"
grep -q '^all as it should be$' "$work/result"
