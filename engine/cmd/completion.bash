# completion.bash - completes the options, commands and values of every program in bash. The build appends the tables, which programs print
# with --help=bash: _bitnet_options[PROGRAM-COMMAND] has a word for each option, _bitnet_words[PROGRAM] its commands.
declare -gA _bitnet_options _bitnet_words

# _bitnet_value KIND PREFIX: what may stand after an option
_bitnet_value() {
    local word
    case $1 in
    @text) return ;;
    @file) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    @dir) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    *,@file) _bitnet_value @file "$2" && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "${1//,/ }" -X @file -- "$2") ;;
    @pair) case $2 in *=*) _bitnet_value @file "${2#*=}" ;; esac ;;
    *) mapfile -t COMPREPLY < <(compgen -W "${1//,/ }" -- "$2") ;;
    esac
}

# bash splits words at "=": puts "--name=value", "--name = value" and "NAME = PATH" together again, in `words`
_bitnet_join() {
    local i
    words=("${COMP_WORDS[0]##*/}")
    for ((i = 1; i <= COMP_CWORD; i++)); do
        if [ "${COMP_WORDS[i]}" = = ] || { [ "${COMP_WORDS[i - 1]}" = = ] && [ $i -gt 1 ]; }; then
            words[-1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
    done
}

_bitnet() {
    local words key current previous name option letters
    COMPREPLY=()
    _bitnet_join
    key=${words[0]} current=${words[-1]} previous=
    [ ${#words[@]} -le 2 ] || previous=${words[-2]}
    for name in "${words[@]:1:${#words[@]}-2}"; do # bitnet run, bitnet-bench sweep
        case " ${_bitnet_words[$key]} " in *" $name "*) [ -z "${_bitnet_options[$key-$name]+set}" ] || key+=-$name ;; esac
    done
    case $previous in
    -m) previous=--model ;; -p) previous=--prompt ;; -n) previous=--max_new_tokens ;; -t) previous=--threads ;;
    esac
    case $current in
    --*=*) previous=${current%%=*} current=${current#*=} ;;
    -*) # "-" and "_" are the same in names
        letters=${current#--}
        for option in ${_bitnet_options[$key]}; do
            name=${option%%=*}
            [[ ${name//-/_} != __"${letters//-/_}"* && $current != - ]] || COMPREPLY+=("$name")
        done
        return ;;
    esac
    for option in ${_bitnet_options[$key]}; do
        name=${option%%=*}
        if [[ $previous == --* && $option == *=* && ${name//-/_} == "${previous//-/_}" ]]; then
            _bitnet_value "${option#*=}" "$current"
            return
        fi
    done
    if [ -n "${_bitnet_words[$key]}" ]; then
        mapfile -t COMPREPLY < <(compgen -W "${_bitnet_words[$key]}" -- "$current")
    else
        _bitnet_value @file "$current"
    fi
}
