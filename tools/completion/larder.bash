# bash completion for larder(1): commands, options, codecs, formats and files.

_larder() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} larder=${COMP_WORDS[0]}
  local command='' options='' i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      -*) ;;
      *) command=${command:+$command }${COMP_WORDS[i]}; [[ $command == store ]] || break ;;
    esac
  done
  case $command in
    '') options='ls get convert check bench codecs formats store --help --version' ;;
    ls) options='--all --depth --from --json --max-bytes --plugin --python2-strings --quiet --threads --help' ;;
    get) options='--from --output --max-bytes --plugin --python2-strings --quiet --threads --help' ;;
    convert) options='--align --arrays-only --compress --format --from --level --meta --only --protocol --share-arrays --sync --to --verbose --widen --max-bytes --plugin --python2-strings --quiet --threads --help' ;;
    check) options='--plain --verbose --json --max-bytes --plugin --python2-strings --quiet --threads --help' ;;
    bench) options='--codec --csv --disk --html --json --level --link --read-at --repeat --sample --smallest --sort --time --write-within --max-bytes --plugin --python2-strings --quiet --threads --help' ;;
    codecs) options='--verbose --json --names --plugin --verify --help' ;;
    formats) options='--json --names --help' ;;
    store) options='ls put get mv rm touch stat why verify damaged evict limit rebuild --help' ;;
    'store ls') options='--json --long --option --help' ;;
    'store put') options='--cost --if-absent --if-match --meta --option --quiet --help' ;;
    'store get') options='--array --option --quiet --range --sync --verify --help' ;;
    'store mv' | 'store rm' | 'store touch' | 'store rebuild') options='--option --help' ;;
    'store stat' | 'store why') options='--json --option --help' ;;
    'store damaged') options='--discard --json --option --help' ;;
    'store evict') options='--age --bytes --items --json --option --policy --quiet --help' ;;
    'store limit') options='--age --bytes --items --json --option --policy --help' ;;
    'store verify') options='--json --option --quiet --set-aside --help' ;;
  esac
  case $command:$previous in
    convert:-c | convert:--compress)
      COMPREPLY=($(compgen -W "auto none true $("$larder" codecs --names 2>/dev/null)" -- "$word"))
      return ;;
    convert:--to | convert:--format | *:--from) COMPREPLY=($(compgen -W "$("$larder" formats --names 2>/dev/null)" -- "$word")); return ;;
    convert:--level) COMPREPLY=($(compgen -W '0 1 2 3 4 5 6 7 8 9' -- "$word")); return ;;
    convert:--sync) COMPREPLY=($(compgen -W 'none full' -- "$word")); return ;;
    convert:--protocol) COMPREPLY=($(compgen -W '0 1 2 3 4 5 -1' -- "$word")); return ;;
    convert:--align) COMPREPLY=($(compgen -W '16 64 4096 65536' -- "$word")); return ;;
    bench:--codec) COMPREPLY=($(compgen -W "none $("$larder" codecs --names 2>/dev/null)" -- "$word")); return ;;
    bench:--sort) COMPREPLY=($(compgen -W 'cost codec level threads ratio compress decompress memory write read' -- "$word")); return ;;
    bench:--disk | bench:--level | bench:--link | bench:--read-at | bench:--repeat | bench:--sample | bench:--time | bench:--write-within) return ;;
    'store '*:-o | 'store '*:--option)
      compopt -o nospace 2>/dev/null
      COMPREPLY=($(compgen -W 'accesses= addressing= age= anonymous= bytes= ca_file= cache= cache_bytes=  checksums= create= deadline= endpoint= gitignore= idle= items= memory= part_size= policy= probe= profile= read_only= region= send_unencrypted= sync= threads= trust_network=' -- "$word"))
      return ;;
    'store get':--sync) COMPREPLY=($(compgen -W 'none full' -- "$word")); return ;;
    'store evict':--policy | 'store limit':--policy) COMPREPLY=($(compgen -W 'least-recent cheapest' -- "$word")); return ;;
    'store limit':--age | 'store limit':--bytes | 'store limit':--items) return ;;
    'store damaged':--discard | 'store evict':--age | 'store evict':--bytes | 'store evict':--items) return ;;
    'store put':--cost | 'store put':--if-match | 'store put':--meta | 'store get':--range | 'store get':--array) return ;;
    *:--python2-strings) COMPREPLY=($(compgen -W 'ascii latin1 bytes' -- "$word")); return ;;
    *:--depth | *:--max-bytes | *:--threads | convert:--meta | convert:--only) return ;;
  esac
  if [[ -z $command || $command == store || $word == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$word"))
  elif [[ $command != codecs && $command != formats ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  fi
}

complete -F _larder larder
