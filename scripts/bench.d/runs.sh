# Runs of the program. A run that ends by a limit (status 4) counts as well as one that exits.

# why_not GUEST...: prints why figures that need these guests cannot be taken; nothing if they can.
why_not() {
  local guest
  [ -x "$strata" ] || { echo "no ${strata#"$root/"}; build it: cmake --preset release && cmake --build --preset release"; return; }
  for guest in "$@"; do
    [ -f "$guests/$guest.elf" ] || { echo "no guest ${guests#"$root/"}/$guest.elf"; return; }
  done
}

fresh_disk() {
  rm -f "$1" && head -c 1048576 /dev/zero >"$1"
}

# run_guest ENGINE GUEST OPTION...: runs it on a fresh disk; statistics in $work/stats.json. On failure
# prints why.
run_guest() {
  local engine=$1 guest=$2
  shift 2
  run_file "$engine" "$guests/$guest.elf" "$@"
}

# run_file ENGINE FILE OPTION...: the same for any guest file.
run_file() {
  local engine=$1 file=$2 status
  shift 2
  rm -f "$work/stats.json"
  fresh_disk "$work/disk.img"
  "$strata" run --engine "$engine" --quiet --display none --disk "$work/disk.img" \
    --stats "$work/stats.json" "$@" "$file" >"$work/out.txt" 2>&1
  status=$?
  if [ $status -ne 0 ] && [ $status -ne 4 ]; then
    echo "run ended with status $status: $(tail -n 1 "$work/out.txt" | cut -c 1-120)"
  elif [ ! -s "$work/stats.json" ]; then
    echo "run wrote no statistics"
  fi
}

# boot_loop FILE PROLOGUE BODY TIMES: a boot sector of 16-bit code that runs PROLOGUE and then for ever
# TIMES copies of BODY (both in hex) and a jump back.
boot_loop() {
  local file=$1 code=$2 body= length i
  for ((i = 0; i < $4; i++)); do body+=$3; done
  length=$((${#body} / 2 + 3))
  code+=$body$(printf 'e9%02x%02x' $((-length & 255)) $((-length >> 8 & 255)))
  while [ ${#code} -lt 1020 ]; do code+=00; done
  printf '%b' "$(printf '%s55aa' "$code" | sed 's/../\\x&/g')" >"$file"
}

# stat FIELD: a number out of the latest statistics.
stat() {
  grep -o "\"$1\": *[-+0-9.eE]*" "$work/stats.json" | head -n 1 | sed 's/.*: *//'
}

# now_us: microseconds of the host's clock.
now_us() {
  echo "${EPOCHREALTIME/[.,]/}"
}
