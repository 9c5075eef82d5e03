# SPDX-License-Identifier: Apache-2.0
# Run by in-root.sh: unpacks an archive into a tree that is then only read, and uses it.
mkdir -p /opt
tar -xzf package -C /opt
mount -t tmpfs tmpfs /mnt
mv /opt/tickbus-* /mnt/tickbus
mount -o remount,ro /mnt
if touch /mnt/tickbus/any; then exit 1; fi
PATH=$PATH:/mnt/tickbus/bin
if [ -d /mnt/tickbus/runtime ] && type -P java; then exit 1; fi
tickbus --version
ls /root/.cache/tickbus/*/*.archive
tickbus doctor
tickbus demo --seconds 1
tickbus daemon --journal /tmp/journal --every 20ms:5 >/tmp/daemon.log 2>&1 &
daemon=$!
{ set +x; } 2>/dev/null
for i in $(seq 600); do
    ! grep '^ready' /tmp/daemon.log || break
    kill -0 $daemon || { cat /tmp/daemon.log; exit 1; }
    sleep 0.1
done
set -x
tickbus arm --key 7 --signal 42 --in 1h --durable disk
tickbus list
tickbus pause 7
tickbus resume 7
tickbus arm --key 8 --signal 43 --in 10ms --wait
tickbus tail --signal 5 --count 2
tickbus stat default
tickbus stat --json >/dev/null
tickbus dump --header >/dev/null
tickbus reload
tickbus cancel 7
tickbus late >/dev/null
tickbus top --once >/dev/null
tickbus profile --seconds 1 -o /tmp/flame.html
tickbus metrics --port 9464 &
metrics=$!
for i in $(seq 300); do
    ! { true <>/dev/tcp/127.0.0.1/9464; } 2>/dev/null || break
    sleep 0.1
done
exec 3<>/dev/tcp/127.0.0.1/9464
printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
grep 'tickbus_up' <&3
kill $metrics
tickbus clock
kill $daemon
wait $daemon
tickbus journal verify --journal /tmp/journal
tickbus replay --journal /tmp/journal --from 0 >/tmp/signals
grep ' 43 ' /tmp/signals
tickbus publish 9
tickbus remove default
tickbus relay --help
tickbus cluster --help
# A cluster of one host.
export TICKBUS_CLUSTER=localhost:20110
tickbus cluster member --index 0 --name first --folder /tmp/cluster --with-daemon >/tmp/member.log 2>&1 &
member=$!
{ set +x; } 2>/dev/null
for i in $(seq 600); do
    ! grep serving /tmp/member.log || break
    kill -0 $member || { cat /tmp/member.log; exit 1; }
    sleep 0.1
done
set -x
tickbus cluster arm --key 7 --signal 42 --in 1h
for i in $(seq 100); do
    ! tickbus cluster status || break
done
tickbus cluster members | grep first
kill $member
wait $member
set +x
echo "all is well"
