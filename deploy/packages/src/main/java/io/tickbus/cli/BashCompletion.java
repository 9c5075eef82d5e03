// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import io.tickbus.cli.CompletionWords.Kind;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Completion for bash: commands, options, their values, and names of buses; it starts no JVM. */
final class BashCompletion {
    private static final String FRAME = """
            # bash completion for tickbus. SPDX-License-Identifier: Apache-2.0
            # Generated from the commands' own options: do not edit.

            _tickbus_buses() {
                local i folder root=${TICKBUS_DIR:-/dev/shm/tickbus-$UID}
                for ((i = 1; i < COMP_CWORD; i++)); do
                    [ "${COMP_WORDS[i]}" != --dir ] || root=${COMP_WORDS[i + 1]}
                done
                for folder in "$root"/*/; do
                    folder=${folder%/}
                    folder=${folder##*/}
                    # No bus has another name, and compgen would run what is in $(...).
                    [[ ! $folder =~ ^[A-Za-z0-9_][A-Za-z0-9._-]*$ ]] || echo "$folder"
                done
            }

            # Sets kind and words for the value of the option $2 of the command $1.
            _tickbus_value() {
                case "$1 $2" in
            @VALUES@
                esac
            }

            # Sets kind and words for the argument number $2 of the command $1.
            _tickbus_argument() {
                case "$1 $2" in
            @ARGUMENTS@
                esac
            }

            _tickbus_options() {
                case "$1" in
            @OPTIONS@
                esac
            }

            _tickbus() {
                local i word command= place=0 kind= words= cur=${COMP_WORDS[COMP_CWORD]}
                local previous=${COMP_WORDS[COMP_CWORD - 1]}
                # bash takes --name=value as three words.
                if [ "$cur" = = ]; then
                    cur=
                elif [ "$previous" = = ]; then
                    previous=${COMP_WORDS[COMP_CWORD - 2]}
                fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    if [ -z "$command" ]; then
                        [ "${word:0:1}" = - ] || command=$word
                    elif [ "$word" = = ]; then
                        i=$((i + 1))
                    elif [ "${word:0:1}" = - ]; then
                        kind= words=
                        _tickbus_value "$command" "$word"
                        [ -z "$kind" ] || [ "${COMP_WORDS[i + 1]}" = = ] || i=$((i + 1))
                    else
                        place=$((place + 1))
                    fi
                done
                kind= words=
                [ -z "$command" ] || _tickbus_value "$command" "$previous"
                if [ -z "$command" ]; then
                    kind=commands
                elif [ -z "$kind" ]; then
                    _tickbus_argument "$command" "$place"
                fi
                if [ "${cur:0:1}" = - ]; then
                    kind=nothing words=$(_tickbus_options "$command")
                fi
                COMPREPLY=()
                case "$kind" in
                    commands) words="@COMMANDS@" ;;
                    buses) words+=" $(_tickbus_buses)" ;;
                    users) words+=" $(compgen -u)" ;;
                    groups) words+=" $(compgen -g)" ;;
                    files | folders)
                        compopt -o filenames 2>/dev/null
                        while IFS= read -r word; do
                            COMPREPLY+=("$word")
                        done < <(if [ "$kind" = files ]; then compgen -f -- "$cur"; else compgen -d -- "$cur"; fi)
                        ;;
                esac
                while IFS= read -r word; do
                    COMPREPLY+=("$word")
                done < <(compgen -W "$words" -- "$cur")
            }

            complete -F _tickbus tickbus
            """;

    private BashCompletion() {
    }

    /** The script for all commands, the first of which is the tool itself. */
    static String of(List<CommandSpec> all) {
        StringBuilder values = new StringBuilder();
        StringBuilder arguments = new StringBuilder();
        StringBuilder options = new StringBuilder();
        for (CommandSpec command : all) {
            String name = name(command);
            for (Option<?> option : command.options) {
                if (option.isShown() && option.takesValue()) {
                    values.append(line(name + " " + option.name, CompletionWords.of(option)));
                }
            }
            for (int i = 0; i < command.arguments.size(); i++) {
                arguments.append(line(name + " " + i, CompletionWords.of(command.arguments.get(i))));
            }
            options.append("        ").append(name.isEmpty() ? "''" : name).append(") echo '")
                    .append(command.options.stream().filter(Option::isShown).map(option -> option.name)
                            .collect(Collectors.joining(" "))).append("' ;;\n");
        }
        arguments.append(line("help 0", new CompletionWords(Kind.COMMANDS, List.of())));
        return FRAME.replace("@VALUES@", values.toString().stripTrailing())
                .replace("@ARGUMENTS@", arguments.toString().stripTrailing())
                .replace("@OPTIONS@", options.toString().stripTrailing())
                .replace("@COMMANDS@", String.join(" ", all.get(0).commands.keySet()));
    }

    /** The command's name without that of the tool. */
    static String name(CommandSpec command) {
        int blank = command.name.indexOf(' ');
        return blank < 0 ? "" : command.name.substring(blank + 1);
    }

    private static String line(String pattern, CompletionWords value) {
        return "        '" + pattern + "') kind=" + value.kind().name().toLowerCase(Locale.ROOT) + " words='"
                + String.join(" ", value.words()) + "' ;;\n";
    }
}
