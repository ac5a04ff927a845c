# Completion of sessionctl for bash. The program itself lists what can follow; it reads the session database.
_sessionctl() {
    local line="${COMP_LINE:0:COMP_POINT}" index=-1 strip='' i word value help
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
    [[ ${words[index]} == *"$2" ]] && strip="${words[index]%"$2"}"
    while IFS=$'\t' read -r value help; do
        values+=("${value#"$strip"}")
        helps+=("$help")
    done < <(sessionctl __complete "$index" -- "${words[@]//[\"\'\\]/}" 2> /dev/null)

    COMPREPLY=()
    for ((i = 0; i < ${#values[@]}; i++)); do
        value="${values[i]}"
        # Within quotes bash takes a value as it is.
        [[ ${words[index]} != [\'\"]* && $value == *[[:space:]\'\"\$\\\`\&\;\|\<\>\(\)\*\?\[\]]* ]] &&
            printf -v value '%q' "$value"
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
