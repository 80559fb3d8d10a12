# Figures: kept by name in the order they come, printed at once, written as JSON at the end.
figure_names=()
declare -A figure_values=()
declare -A skip_reasons=()

print_header() {
  printf '%-36s %14s  %-12s %s\n' figure value unit goal
}

# figure NAME VALUE UNIT [least|most LIMIT]: one figure, and whether it meets its goal.
figure() {
  local name=$1 value=$2 unit=$3 direction=${4:-} limit=${5:-} verdict=
  figure_names+=("$name")
  figure_values[$name]=$value
  if [ -n "$direction" ]; then
    verdict=$(awk -v v="$value" -v l="$limit" -v d="$direction" 'BEGIN {
      met = d == "least" ? v >= l : v <= l
      printf "at %s %s: %s", d, l, met ? "met" : "MISSED" }')
  fi
  printf '%-36s %14s  %-12s %s\n' "$name" "$value" "$unit" "$verdict"
}

# truth NAME true|false: a figure that holds or does not.
truth() {
  figure_names+=("$1")
  figure_values[$1]=$2
  printf '%-36s %14s  %-12s %s\n' "$1" "$2" "" "$([ "$2" = true ] && echo met || echo MISSED)"
}

# skip NAME REASON
skip() {
  figure_names+=("$1")
  skip_reasons[$1]=$2
  printf '%-36s %14s  %s\n' "$1" skipped "$2"
}

# median VALUE...
median() {
  printf '%s\n' "$@" | sort -g | awk '{ v[NR] = $1 } END {
    printf "%.6g", NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

# calc EXPRESSION FORMAT
calc() {
  awk "BEGIN { printf \"${2:-%.6g}\", $1 }"
}

json_string() {
  printf '"%s"' "$(printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

# write_json FILE: one object; a skipped figure is null and its reason stands under "skipped".
write_json() {
  local name value separator=
  {
    printf '{\n'
    for name in "${figure_names[@]}"; do
      value=${figure_values[$name]-null}
      [[ $value =~ ^(true|false|null|-?[0-9.]+([eE][-+]?[0-9]+)?)$ ]] || value=$(json_string "$value")
      printf '  "%s": %s,\n' "$name" "$value"
    done
    printf '  "skipped": {'
    for name in "${figure_names[@]}"; do
      [ -n "${skip_reasons[$name]-}" ] || continue
      printf '%s\n    "%s": %s' "$separator" "$name" "$(json_string "${skip_reasons[$name]}")"
      separator=,
    done
    printf '\n  }\n}\n'
  } >"$1"
}
