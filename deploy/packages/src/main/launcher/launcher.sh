# SPDX-License-Identifier: Apache-2.0
# Starts the jar. Read by bin/tickbus of an installed Tickbus and by the script ./tickbus of a checkout, which set:
#   jar       the jar
#   archives  a folder for archives of its classes, which whoever can write the jar can write
#   runtime   the java executable of a bundled runtime; without it the host's Java is looked for

# No file in /tmp that the JVM writes to. A small young generation: a tail or a daemon makes little garbage, which need not pile up before it is collected.
flags=(-XX:+UseSerialGC -XX:-UsePerfData -XX:NewSize=8m -XX:MaxNewSize=8m)

fail() {
    echo "tickbus: $1" >&2
    exit 1
}

# Reads the release, such as 17.0.15+6, and the version, 17, of the java executable $1. The JDK's release file answers
# faster than the JVM.
read_release() {
    local name value file=${1%/*/*}/release
    release=
    if [ -r "$file" ]; then
        while IFS='=' read -r name value; do
            case $name in
                JAVA_RUNTIME_VERSION | JAVA_VERSION) [ ${#value} -lt ${#release} ] || release=${value//\"/} ;;
            esac
        done <"$file"
    fi
    [ -n "$release" ] || release=$("$1" -version 2>&1 | sed -n 's/.* version "\([^"]*\)".*/\1/p')
    release=${release#1.}
    version=${release%%[!0-9]*}
}

# The java executable: the bundled one, that of JAVA_HOME, the first of the PATH, or one of Linux's usual folder.
find_java() {
    local candidate found=
    for candidate in "${runtime:-}" "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(type -P java)" /usr/lib/jvm/*/bin/java; do
        [ -n "$candidate" ] && [ -x "$candidate" ] || continue
        java=$(readlink -f -- "$candidate")
        read_release "$java"
        [ "${version:-0}" -lt 17 ] || return
        found="$found; $candidate is ${version:-of an unknown version}"
    done
    fail "Java 17 or newer is needed$found: install one and put it on the PATH, or set JAVA_HOME to it."
}

# Has the JVM take classes from an archive that was made for this jar and this JVM: it then starts a third faster. With
# "make" it is made where it is missing, in the first folder that can be written: that of the installation, or one of
# the user's own. Each process makes a file of its own and renames it, so two at once do no harm; an empty one says that
# this JVM cannot make any.
use_archive() {
    local folder jvm name archive own dump=ArchiveClassesAtExit use=SharedArchiveFile muted=cds\*=off
    [ "$version" -lt 25 ] || dump=AOTCacheOutput use=AOTCache muted=cds\*=off,aot\*=off
    jvm=${java%/*/*}
    jvm=${jvm//\//+}+
    name=${jar##*/}.$(stat -c %Y-%s -- "$jar").$jvm$release.archive
    archive=$archives/$name
    if [ ! -e "$archive" ] && [ ! -w "$archives" ]; then
        # Nobody else may decide which code this user runs: HOME may be another's, as under sudo.
        own=${XDG_CACHE_HOME:-${HOME:-}}
        [ -O "$own" ] || return 0
        own=${XDG_CACHE_HOME:-$HOME/.cache}/tickbus/${jar//\//+}
        archive=$own/$name
        [ ! -d "$own" ] || [ -O "$own" ] || return 0
        [ "${1:-}" != make ] || [ -d "$own" ] || (umask 077 && mkdir -p -- "$own") 2>/dev/null || return 0
    fi
    folder=${archive%/*}
    if [ ! -e "$archive" ] && [ "${1:-}" = make ] && [ -w "$folder" ]; then
        made=$archive.$$
        trap 'rm -f -- "$made"*' EXIT
        # A JVM that maps part of an archive crashes, so one that was not written whole must not be found.
        "$java" "${flags[@]}" -XX:TieredStopAtLevel=1 -Xlog:disable "-XX:$dump=$made" -jar "$jar" archive-training \
            >/dev/null 2>&1 </dev/null && [ -s "$made" ] && sync -- "$made" || : >"$made"
        rm -f -- "$folder/${jar##*/}".*."$jvm"[0-9]*.archive
        mv -f -- "$made" "$archive"
        trap - EXIT
    fi
    # Whatever is wrong with an archive, the JVM does without it, and need not say so.
    [ ! -s "$archive" ] || flags+=(-Xlog:disable "-Xlog:all=error,$muted:stderr" "-XX:$use=$archive")
}

# Tables and help fold to the width of the terminal; bash learns it when a command has ended.
export_width() {
    if [ -t 1 ] && [ -z "${COLUMNS:-}" ]; then
        shopt -s checkwinsize
        (:)
        [ -z "${COLUMNS:-}" ] || export COLUMNS
    fi
}

# Becomes the JVM that runs this command line.
run_command() {
    export_width
    case "${1:-}" in
        daemon)
            # The JVM counts its pauses for the causes of late firings; in memory, as a file would make it wait for a disk.
            flags+=(-XX:+UsePerfData -XX:+PerfDisableSharedMem)
            use_archive
            ;;
        tail | demo | publish | replay) use_archive ;;
        # Nothing of a short command runs often enough to be worth the second compiler.
        *)
            use_archive make
            flags+=(-XX:TieredStopAtLevel=1)
            ;;
    esac
    exec "$java" "${flags[@]}" ${TICKBUS_JAVA_OPTS:-} -jar "$jar" "$@"
}
