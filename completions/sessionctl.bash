# Completion of sessionctl for bash. The program itself lists what can follow; it reads the session database.

# Sets `plain` to a word as the shell would read it, and `quote` to the quote that is still open at its end.
_sessionctl_read_word() {
    local i c
    plain='' quote=''
    for ((i = 0; i < ${#1}; i++)); do
        c="${1:i:1}"
        if [[ -z $quote && $c == [\'\"] ]]; then
            quote="$c"
        elif [[ $c == "$quote" ]]; then
            quote=''
        elif [[ $c == \\ && $quote != \' ]]; then
            i=$((i + 1))
            c="${1:i:1}"
            [[ $quote == \" && $c != [\"\\\$\`] ]] && plain+=\\
            plain+="$c"
        else
            plain+="$c"
        fi
    done
}

_sessionctl() {
    local line="${COMP_LINE:0:COMP_POINT}" index=-1 strip='' escaped='' i word value help plain quote
    local -a words=() values=() helps=()
    # Bash splits words at = and :, the program does not.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word="${COMP_WORDS[i]}"
        if ((index < 0)) || [[ $line == [[:blank:]]* ]]; then
            line="${line#"${line%%[![:blank:]]*}"}"
            index=$((index + 1))
            words[index]=''
        fi
        if ((i == COMP_CWORD)); then
            word="$line"
        fi
        line="${line#"$word"}"
        words[index]+="$word"
    done
    if [[ ${words[index]} == *"$2" ]]; then
        _sessionctl_read_word "${words[index]%"$2"}"
        strip="$plain"
    fi
    for i in "${!words[@]}"; do
        _sessionctl_read_word "${words[i]}"
        words[i]="$plain"
    done
    while IFS=$'\t' read -r value help; do
        values+=("${value#"$strip"}")
        helps+=("$help")
    done < <(sessionctl __complete "$index" -- "${words[@]}" 2> /dev/null)

    # Where one needs escapes, all get them: what they have in common then ends where the values do, and not before a
    # character that was typed.
    for value in "${values[@]}"; do
        if [[ $value == [#~]* || $value == *[[:space:]\'\"\$\\\`\&\;\|\<\>\(\)\*\?\[\]\{\}\!]* ]]; then
            escaped=1
        fi
    done
    COMPREPLY=()
    for ((i = 0; i < ${#values[@]}; i++)); do
        value="${values[i]}"
        # As it has to be written behind the quote that is open, the last word's.
        if [[ $quote == \' ]]; then
            value="${value//\'/\'\\\'\'}"
        elif [[ $quote == \" ]]; then
            value="${value//\\/\\\\}" value="${value//\"/\\\"}"
            value="${value//\$/\\\$}" value="${value//\`/\\\`}"
        elif [[ -n $escaped && -n $value ]]; then
            printf -v value '%q' "$value"
            # A comma needs none.
            value="${value//\\,/,}"
        fi
        # Where bash lists, it shows descriptions too; more than one value, so none of them is inserted whole.
        if [[ ${#values[@]} -gt 1 && $COMP_TYPE == @(63|33|64) && -n ${helps[i]} ]]; then
            value+="  (${helps[i]})"
        fi
        COMPREPLY+=("$value")
    done
    if [[ ${#values[@]} -eq 1 && ${values[0]} == *[/=] ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -o nosort -F _sessionctl sessionctl 2> /dev/null || complete -F _sessionctl sessionctl
