// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli;

import java.util.List;

/** Completion for zsh, with what each option and command is for. */
final class ZshCompletion {
    private static final String FRAME = """
            #compdef tickbus
            # SPDX-License-Identifier: Apache-2.0
            # Generated from the commands' own options: do not edit.

            _tickbus_buses() {
                local root=${TICKBUS_DIR:-/dev/shm/tickbus-$UID} i
                i=${words[(I)--dir]}
                (( i == 0 )) || root=${(Q)words[i+1]}
                local -a buses
                buses=($root/*(N/:t))
                _describe bus buses
            }

            _tickbus_commands() {
                local -a commands
                commands=(
            @COMMANDS@
                )
                _describe command commands
            }

            _tickbus() {
                local curcontext=$curcontext state line
                typeset -A opt_args
                _arguments -C @GENERAL@ \\
                    '1:command:_tickbus_commands' '*::argument:->arguments'
                [[ $state == arguments ]] || return
                curcontext=${curcontext%:*:*}:tickbus-$line[1]:
                case $line[1] in
                    help) _arguments '1:command:_tickbus_commands' ;;
            @CASES@
                esac
            }

            _tickbus "$@"
            """;

    private ZshCompletion() {
    }

    /** The function for all commands, the first of which is the tool itself. */
    static String of(List<CommandSpec> all) {
        StringBuilder commands = new StringBuilder();
        all.get(0).commands.forEach((name, meaning) -> commands.append("        '").append(name).append(':')
                .append(quoted(ManPage.summary(meaning))).append("'\n"));
        StringBuilder cases = new StringBuilder();
        for (CommandSpec command : all.subList(1, all.size())) {
            cases.append("        ").append(BashCompletion.name(command)).append(")\n            _arguments")
                    .append(specs(command)).append("\n            ;;\n");
        }
        return FRAME.replace("@COMMANDS@", commands.toString().stripTrailing())
                .replace("@GENERAL@", specs(all.get(0)).strip().substring(1).strip())
                .replace("@CASES@", cases.toString().stripTrailing());
    }

    private static String specs(CommandSpec command) {
        StringBuilder specs = new StringBuilder();
        for (Option<?> option : command.options) {
            if (option.isShown()) {
                specs.append(" \\\n                '").append(option.isRepeatable() ? "*" : "").append(option.name)
                        .append(option.takesValue() ? "=" : "").append('[').append(quoted(summary(option))
                                .replace("[", "\\[").replace("]", "\\]")).append(']')
                        .append(option.takesValue() ? (option.needsValue() ? ":" : "::") + value(option) : "")
                        .append('\'');
            }
        }
        for (Option<?> argument : command.arguments) {
            specs.append(" \\\n                '").append(argument.isNeeded() ? "" : ":").append(':')
                    .append(value(argument)).append('\'');
        }
        return specs.toString();
    }

    private static String summary(Option<?> option) {
        return option.explanation().split("[.;:]( |$)", 2)[0];
    }

    private static String value(Option<?> option) {
        CompletionWords value = CompletionWords.of(option);
        String label = quoted(option.label).replace(":", "\\:");
        return label + ":" + switch (value.kind()) {
            case BUSES -> "_tickbus_buses";
            case FILES -> "_files";
            case FOLDERS -> "_files -/";
            case USERS -> "_users";
            case GROUPS -> "_groups";
            default -> value.words().isEmpty() ? "" : "(" + String.join(" ", value.words()) + ")";
        };
    }

    private static String quoted(String text) {
        return text.replace("'", "'\\''");
    }
}
