# The groups of figures, one function each.

least_rtl_cycles_per_second=500000
most_cpi_dhrystone=1.60
most_cpi_loops=1.50
least_dmips_per_mhz=0.80
most_vcd_slowdown=4
most_trace_last_slowdown=5
most_build_seconds=480
least_interp_mips=60
least_block_ratio=2.5
most_port_access_ns=30
most_trapped_store_ns=25
most_jit_port_access_ns=40
most_jit_trapped_store_ns=50
most_kvm_start_ms=60
most_kvm_exit_ratio=1.10

rtl_cycles=3000000    # of the guests' runs, waves off
wave_cycles=300000    # of the runs with waves on
kept_cycles=20000     # by the flight recorder
interp_cycles=200000000
access_cycles=20000000

# The cycle-accurate platform, waves off.
bench_rtl() {
  local guest reason rates
  for guest in disk primes integer; do
    reason=$(why_not "$guest")
    rates=()
    for ((round = 0; round < rounds; round++)); do
      [ -n "$reason" ] && break
      reason=$(run_guest rtl "$guest" --max-cycles "$rtl_cycles")
      rates+=("$(stat cycles_per_second 2>/dev/null)")
    done
    if [ -n "$reason" ]; then
      skip "rtl_cycles_per_second_$guest" "$reason"
    else
      figure "rtl_cycles_per_second_$guest" "$(calc "$(median "${rates[@]}")" %.0f)" cycles/s \
        least $least_rtl_cycles_per_second
    fi
  done
}

# Cycles an instruction, caches warm: the second of two runs has more iterations, and what it has more of both is
# divided. Exact, so one round is enough.
bench_cpi() {
  cpi_figure dhrystone_characters iterations 500 1000 most $most_cpi_dhrystone
  dmips_figure dhrystone_characters 500
  cpi_figure dhrystone iterations 500 1000
  dmips_figure dhrystone 500 least $least_dmips_per_mhz
  cpi_figure integer iterations 1 2 most $most_cpi_loops
  cpi_figure primes limit 20000 40000 most $most_cpi_loops
}

# dmips_figure GUEST ITERATIONS [least LIMIT]: of the run before, whose second one had so many iterations more.
dmips_figure() {
  local guest=$1 iterations=$2
  shift 2
  if [ -n "$more_cycles" ]; then
    figure "rtl_dmips_per_mhz_$guest" "$(calc "$iterations * 1000000 / 1757 / $more_cycles" %.3f)" DMIPS/MHz "$@"
  else
    skip "rtl_dmips_per_mhz_$guest" "no cycles"
  fi
}

# cpi_figure GUEST OPTION LESS MORE [most LIMIT]: cycles an instruction between the runs with OPTION=LESS and
# OPTION=MORE; the cycles between them go to more_cycles.
cpi_figure() {
  local guest=$1 option=$2 amounts=("$3" "$4") reason amount cycles=() instructions=()
  shift 4
  more_cycles=
  reason=$(why_not "$guest")
  for amount in "${amounts[@]}"; do
    [ -n "$reason" ] && break
    reason=$(run_guest rtl "$guest" --append "$option=$amount")
    cycles+=("$(stat cycles 2>/dev/null)")
    instructions+=("$(stat instructions 2>/dev/null)")
  done
  if [ -n "$reason" ]; then
    skip "rtl_cpi_$guest" "$reason"
    return
  fi
  more_cycles=$((cycles[1] - cycles[0]))
  figure "rtl_cpi_$guest" "$(calc "$more_cycles / (${instructions[1]} - ${instructions[0]})" %.3f)" cycles "$@"
}

# Waves of the whole platform against none, in rounds of all four. The time is the process's, so that
# what a wave writer does when it closes counts too; a run of one cycle is taken off for the start.
bench_waves() {
  local reason kind name start
  local -A seconds slowdowns=() bytes=()
  reason=$(why_not primes)
  for ((round = 0; round < rounds; round++)); do
    for kind in start none vcd fst last; do
      [ -n "$reason" ] && break 2
      reason=$(wave_run "$kind")
      seconds[$kind]=$(cat "$work/seconds" 2>/dev/null)
    done
    for kind in vcd fst last; do
      slowdowns[$kind]+=" $(calc "(${seconds[$kind]} - ${seconds[start]}) / (${seconds[none]} - ${seconds[start]})")"
    done
  done
  for kind in vcd fst last; do
    name=rtl_${kind/last/trace_last}_slowdown
    if [ -n "$reason" ]; then
      skip "$name" "$reason"
      continue
    fi
    set -- ${slowdowns[$kind]}
    case $kind in
      vcd) figure "$name" "$(median "$@")" times most $most_vcd_slowdown ;;
      fst) figure "$name" "$(median "$@")" times ;;
      last) figure "$name" "$(median "$@")" times most $most_trace_last_slowdown ;;
    esac
  done
  for kind in vcd fst; do
    if [ -n "$reason" ]; then
      skip "${kind}_bytes_per_million_cycles" "$reason"
    else
      figure "${kind}_bytes_per_million_cycles" "$(cat "$work/$kind.bytes")" bytes
    fi
  done
}

# wave_run KIND: one run with that kind of waves; its seconds go to $work/seconds.
wave_run() {
  local kind=$1 begin reason options=(--max-cycles "$wave_cycles")
  case $kind in
    start) options=(--max-cycles 1) ;;
    vcd) options+=(--vcd "$work/waves.vcd") ;;
    fst) options+=(--fst "$work/waves.fst") ;;
    last) options+=(--vcd "$work/last.vcd" --trace-last "$kept_cycles") ;;
  esac
  begin=$(now_us)
  reason=$(run_guest rtl primes "${options[@]}")
  calc "($(now_us) - $begin) / 1000000" >"$work/seconds"
  case $kind in
    vcd | fst)
      [ -n "$reason" ] ||
        calc "$(wc -c <"$work/waves.$kind") * 1000000 / $(stat cycles)" %.0f >"$work/$kind.bytes"
      ;;
  esac
  rm -f "$work/waves.vcd" "$work/waves.fst" "$work/last.vcd"
  echo -n "$reason"
}

bench_interp() {
  local reason rates=()
  reason=$(why_not integer)
  for ((round = 0; round < rounds; round++)); do
    [ -n "$reason" ] && break
    reason=$(run_guest interp integer --append iterations=1000 --max-cycles "$interp_cycles")
    rates+=("$(stat mips 2>/dev/null)")
  done
  if [ -n "$reason" ]; then
    skip interp_mips_integer "$reason"
  else
    figure interp_mips_integer "$(median "${rates[@]}")" MIPS least $least_interp_mips
  fi
  bench_interp_access
}

# Basic blocks against the interpreter, in turn.
bench_block() {
  local reason interp ratios=() rates=()
  reason=$(why_not integer)
  for ((round = 0; round < rounds; round++)); do
    [ -n "$reason" ] && break
    reason=$(run_guest interp integer --append iterations=1000 --max-cycles "$interp_cycles")
    interp=$(stat mips 2>/dev/null)
    [ -n "$reason" ] && break
    reason=$(run_guest block integer --append iterations=1000 --max-cycles "$interp_cycles")
    rates+=("$(stat mips 2>/dev/null)")
    [ -n "$reason" ] || ratios+=("$(calc "$(stat mips) / $interp")")
  done
  if [ -n "$reason" ]; then
    skip block_mips_integer "$reason"
    skip block_ratio_integer "$reason"
  else
    figure block_mips_integer "$(median "${rates[@]}")" MIPS
    figure block_ratio_integer "$(calc "$(median "${ratios[@]}")" %.2f)" "x interp" least $least_block_ratio
  fi
}

# An instruction that leaves an engine: nanoseconds each, the instruction itself included.
bench_interp_access() {
  # cli; mov dx,3DAh (input status 1); in al,dx
  boot_loop "$work/port.img" fabada03 ec 100
  # cli; mov ax,B800h; mov es,ax; xor di,di; mov es:[di],ax
  boot_loop "$work/store.img" fab800b88ec031ff 268905 100
  access_figure interp port_access "$work/port.img" $most_port_access_ns
  access_figure interp trapped_store "$work/store.img" $most_trapped_store_ns --vga-memory trap
  access_figure jit port_access "$work/port.img" $most_jit_port_access_ns
  access_figure jit trapped_store "$work/store.img" $most_jit_trapped_store_ns --vga-memory trap
}

# access_figure ENGINE KIND FILE LIMIT OPTION...
access_figure() {
  local engine=$1 name=$1_$2_ns file=$3 limit=$4 reason times=()
  shift 4
  reason=$(why_not)
  for ((round = 0; round < rounds; round++)); do
    [ -n "$reason" ] && break
    reason=$(run_file "$engine" "$file" --max-cycles "$access_cycles" "$@")
    times+=("$(calc "1000 / $(stat mips 2>/dev/null)")")
  done
  if [ -n "$reason" ]; then
    skip "$name" "$reason"
  else
    figure "$name" "$(calc "$(median "${times[@]}")" %.1f)" ns most "$limit"
  fi
}

bench_kvm() {
  bench_kvm_start
  if [ ! -x "$kvm_exits" ]; then
    skip kvm_port_exit_ratio "no ${kvm_exits#"$root/"}; build it with the preset release"
  elif ! "$kvm_exits" >"$work/kvm.txt" 2>"$work/kvm.err"; then
    skip kvm_port_exit_ratio "$(cat "$work/kvm.err")"
  else
    kvm_figures
  fi
}

# From the start of the program to the end of a run whose first instruction, at the reset vector, ends
# the run: an upper bound of the time to the first guest instruction.
bench_kvm_start() {
  local reason begin times=() status
  reason=$(why_not)
  {
    head -c 65520 /dev/zero
    printf '\260\000\346\364\364\000\000\000\000\000\000\000\000\000\000\000' # mov al,0; out F4,al; hlt
  } >"$work/first.rom"
  for ((round = 0; round < 2 * rounds + 1; round++)); do
    [ -n "$reason" ] && break
    begin=$(now_us)
    "$strata" run --engine kvm --quiet --bios "$work/first.rom" >"$work/out.txt" 2>&1
    status=$?
    times+=("$(calc "($(now_us) - $begin) / 1000")")
    [ $status -eq 0 ] || reason="run ended with status $status: $(tail -n 1 "$work/out.txt" | cut -c 1-120)"
  done
  if [ -n "$reason" ]; then
    skip kvm_start_ms "$reason"
  else
    figure kvm_start_ms "$(median "${times[@]}")" ms most $most_kvm_start_ms
  fi
}

kvm_figures() {
  local name value
  while read -r name value; do
    case $name in
      kvm_port_exit_ratio) figure "$name" "$value" times most $most_kvm_exit_ratio ;;
      kvm_kind) figure "$name" "$value" "" ;;
      *_us) figure "$name" "$value" us ;;
      *_ms) figure "$name" "$value" ms ;;
      *_mips) figure "$name" "$value" MIPS ;;
    esac
  done <"$work/kvm.txt"
}

# The same run twice: cycles, screen and disk image must not differ.
bench_repeat() {
  local engine guest reason first second
  for engine in rtl interp block; do
    for guest in disk primes; do
      reason=$(why_not "$guest")
      [ -n "$reason" ] || reason=$(repeat_run "$engine" "$guest" first)
      [ -n "$reason" ] || reason=$(repeat_run "$engine" "$guest" second)
      if [ -n "$reason" ]; then
        skip "repeat_${engine}_$guest" "$reason"
      elif cmp -s "$work/first" "$work/second"; then
        truth "repeat_${engine}_$guest" true
      else
        truth "repeat_${engine}_$guest" false
      fi
    done
  done
}

# repeat_run ENGINE GUEST RESULT: what must repeat goes to $work/RESULT.
repeat_run() {
  rm -f "$work/screen.txt"
  run_guest "$1" "$2" --screen-text "$work/screen.txt"
  { stat cycles; cksum <"$work/screen.txt"; cksum <"$work/disk.img"; } >"$work/$3" 2>/dev/null
}

# Everything, from a clean clone to the last test program.
bench_build() {
  local begin clone="$work/clone"
  if ! git clone -q "$root" "$clone"; then
    skip full_build_seconds "git clone of the project failed"
    return
  fi
  begin=$(now_us)
  if (cd "$clone" && cmake --preset release && cmake --build --preset release) >"$work/build.txt" 2>&1; then
    figure full_build_seconds "$(calc "($(now_us) - $begin) / 1000000" %.1f)" s most $most_build_seconds
  else
    skip full_build_seconds "the build failed: $(grep -m 1 -i error "$work/build.txt" | cut -c 1-120)"
  fi
}

# Every benchmark on every engine, natively and on QEMU's TCG (ladder.py): a figure each, then a table.
bench_ladder() {
  local reason line kind name rest table=0
  reason=$(why_not integer)
  if [ -n "$reason" ]; then
    skip ladder "$reason"
    return
  fi
  while IFS= read -r line; do
    read -r kind name rest <<<"$line"
    if [ $table -eq 1 ]; then
      echo "$line"
    elif [ "$kind" = figure ]; then
      figure "$name" $rest
    elif [ "$kind" = skip ]; then
      skip "$name" "$rest"
    else
      table=1
      echo
    fi
  done < <(python3 "$root/scripts/bench.d/ladder.py" --strata "$strata" --guests "$guests" --work "$work" \
    --rounds "$rounds" --plot "$plot")
}
