# SPDX-License-Identifier: Apache-2.0
# Run by in-root.sh: installs the Debian package, uses it as two users, upgrades, removes and purges it.
absent() {
    for file; do
        [ ! -e "$file" ] || exit 1
    done
}
cp package /tmp/tickbus.deb
dpkg --install /tmp/tickbus.deb
getent passwd tickbus | grep /var/lib/tickbus
ls /usr/lib/tickbus/cache/*.archive
tickbus --version
tickbus cluster --help
gzip -dc /usr/share/man/man1/tickbus-daemon.1.gz | grep 'SH "NAME"'
gzip -dc /usr/share/man/man3/tickbus.h.3.gz | grep 'TH tickbus.h 3 "2'
ls /usr/include/tickbus.h /usr/include/tickbus_format.h /usr/include/tickbus_publish.h /usr/share/pkgconfig/tickbus.pc
bash -c 'source /usr/share/bash-completion/completions/tickbus && complete -p tickbus'

# As the unit does it.
install -d -o tickbus -g tickbus -m 0755 /run/tickbus
install -d -o tickbus -g tickbus -m 0700 /var/lib/tickbus /var/lib/tickbus/default
user() {
    run=(setpriv --reuid "$1" --regid tickbus --clear-groups env HOME=/nonexistent TICKBUS_DIR=/run/tickbus
        XDG_STATE_HOME=/var/lib tickbus "${@:2}")
}
await_ready() {
    { set +x; } 2>/dev/null
    for i in $(seq 600); do
        ! grep '^ready' /tmp/daemon.log || break
        kill -0 "$1" || { cat /tmp/daemon.log; exit 1; }
        sleep 0.1
    done
    set -x
}
user tickbus daemon --bus default --group tickbus --settings /etc/tickbus/default.properties --journal --every 20ms:5
"${run[@]}" >/tmp/daemon.log 2>&1 &
daemon=$!
await_ready $daemon
user nobody arm --key 7 --signal 42 --in 10ms --wait --owner tickbus && "${run[@]}"
user nobody tail --signal 5 --count 2 --owner tickbus && "${run[@]}"
user tickbus reload && "${run[@]}"
kill $daemon
wait $daemon
grep stopped /tmp/daemon.log
user tickbus journal verify && "${run[@]}"

# An upgrade keeps what the administrator has changed.
echo '# changed' >>/etc/tickbus/default.properties
dpkg --install /tmp/tickbus.deb
tail -n 1 /etc/tickbus/default.properties | grep changed
# A file of settings for another bus is the administrator's.
touch /etc/tickbus/md.properties
dpkg --remove tickbus
absent /usr/bin/tickbus /usr/lib/tickbus
[ -e /etc/tickbus/default.properties ]
dpkg --purge tickbus
absent /etc/tickbus/default.properties /var/lib/tickbus /run/tickbus /usr/share/doc/tickbus
[ -e /etc/tickbus/md.properties ]
set +x
echo "all is well"
