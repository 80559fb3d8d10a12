#!/usr/bin/env python3
"""The ladder: each benchmark on every engine there is, as a process of the host, and on QEMU's TCG beside them.

Called by scripts/bench. Each runs a benchmark so often that it takes about a second, and what is compared is a rate:
the guest's instructions, as interp counts them, by the seconds they took. Of rtl it is the rate of its first cycles.
Rounds alternate: in each, every engine runs once.

Prints a line a figure, `figure NAME VALUE UNIT [most LIMIT]` or `skip NAME REASON`, then `table` and a Markdown table.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from ladder_plot import draw

SECONDS = 1.0           # what a run should take
RTL_CYCLES = 1_500_000  # what rtl runs of each
LIMIT = 120             # seconds after which a run is given up
MOST = 10**8            # times
QEMU = "qemu-system-i386"

# What is asked of the translator: times the time of another.
MOST_OF_TCG_INTEGER = 0.5
MOST_OF_TCG = 1.0
MOST_OF_NATIVE = 3.0


class Benchmark:
    """A guest and what is to be said of it."""

    def __init__(self, name, title, file=None, options=()):
        self.name, self.title, self.options = name, title, list(options)
        self.stem = file or "ladder_" + name
        self.instructions = 0  # of the benchmark each time
        self.rates = {}        # by engine: MIPS in each round
        self.reasons = {}      # by engine: why there are none

    def is_boot_sector(self):
        return self.stem == "ladder_real16"

    def rate(self, engine):
        return statistics.median(self.rates[engine]) if self.rates.get(engine) else None


BENCHMARKS = [
    Benchmark("integer", "integer mix", "integer"),
    Benchmark("dhrystone", "dhrystone", "dhrystone"),
    Benchmark("branchy", "branches of an interpreter"),
    Benchmark("recursion", "recursive calls"),
    Benchmark("memory", "memory: chase, copy, fill"),
    Benchmark("flags", "flags: long addition, bits"),
    Benchmark("modify", "code that changes itself"),
    Benchmark("real16", "16-bit real mode"),
    Benchmark("ports", "port accesses"),
    Benchmark("screen", "screen, mapped"),
    Benchmark("screen_trapped", "screen, trapped", "ladder_screen", ["--vga-memory=trap"]),
    Benchmark("timer", "timer interrupts"),
    Benchmark("faults", "page faults"),
    Benchmark("tlb", "TLB pressure"),
    Benchmark("syscalls", "system calls by gates"),
]


class Missing(Exception):
    """Why there is no figure, in one line."""


class Ladder:
    def __init__(self, strata, guests, work):
        self.strata, self.guests, self.work = strata, guests, work
        self.info = subprocess.run([strata, "info"], capture_output=True, text=True, check=True).stdout
        self.engines = re.findall(r"^engine (\S+)", self.info, re.M) + ["tcg", "native"]

    # ---- one run; each gives seconds ----

    def file(self, benchmark, times):
        """A boot sector takes no options: there is one a hundred times as long."""
        if not benchmark.is_boot_sector():
            return os.path.join(self.guests, benchmark.stem + ".elf")
        return os.path.join(self.guests, benchmark.stem + ("_long.img" if times >= 100 else ".img"))

    def run_engine(self, engine, benchmark, times):
        """Figures of `strata run`."""
        stats = os.path.join(self.work, "stats.json")
        if os.path.exists(stats):
            os.remove(stats)
        command = [self.strata, "run", "--engine=" + engine, "--quiet", "--stats=" + stats]
        if not benchmark.is_boot_sector():
            command.append(f"--append=iterations={times}")
        command.append(f"--max-cycles={RTL_CYCLES}" if engine == "rtl" else f"--timeout={LIMIT}")
        command += benchmark.options + [self.file(benchmark, times)]
        run = subprocess.run(command, capture_output=True, text=True, errors="replace")
        if not os.path.exists(stats):
            raise Missing(last_line(run.stderr))
        with open(stats) as file:
            figures = json.load(file)
        if figures["outcome"] == "timeout":
            raise Missing(f"took longer than {LIMIT} s")
        if figures["status"] != 0 and figures["outcome"] != "max-cycles":
            raise Missing(f"status {figures['status']}: {last_line(run.stdout) or last_line(run.stderr)}")
        return figures

    def run_native(self, benchmark, times):
        path = os.path.join(self.guests, benchmark.stem)
        if not os.path.exists(path + ".native"):
            with open(path + ".no-native") as reason:
                raise Missing(reason.read().strip())
        try:
            run = subprocess.run([path + ".native", f"iterations={times}"], capture_output=True, text=True)
        except OSError as error:
            raise Missing(f"this host runs no 32-bit programs: {error.strerror}") from error
        seconds = re.search(r"^native: ([0-9.]+) s$", run.stderr, re.M)
        if run.returncode != 0 or not seconds:
            raise Missing(f"the program ended with status {run.returncode}")
        return float(seconds[1])

    def run_qemu(self, benchmark, times):
        """The whole process, its start too."""
        file = self.file(benchmark, times)
        boot = ["-kernel", file, "-append", f"iterations={times}"]
        if benchmark.is_boot_sector():
            boot = ["-drive", f"format=raw,file={file},snapshot=on"]
        begin = time.monotonic()
        try:
            run = subprocess.run([QEMU, "-accel", "tcg", "-display", "none", "-nic", "none", *boot,
                                  "-device", "isa-debug-exit,iobase=0xf4"],
                                 stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
        except subprocess.TimeoutExpired as error:
            raise Missing(f"took longer than {LIMIT} s") from error
        if run.returncode != 1:  # 2 * status + 1
            raise Missing(f"QEMU ended with {run.returncode}")
        return time.monotonic() - begin

    def seconds(self, engine, benchmark, times):
        """What so many times take, without start-up."""
        if engine == "native":
            return self.run_native(benchmark, times)
        if engine == "tcg":
            start = self.run_qemu(benchmark, 1)
            return (self.run_qemu(benchmark, times) - start) * times / (times - 1)
        return self.run_engine(engine, benchmark, times)["seconds"]

    # ---- one benchmark ----

    def why_not(self, engine, benchmark):
        if engine == "tcg" and not shutil.which(QEMU):
            return f"no {QEMU} on this host"
        if engine in ("tcg", "kvm") and benchmark.name == "timer":
            return "waits for the host's clock"
        if engine == "tcg" and benchmark.name == "screen_trapped":
            return "has no choice: see screen"
        if engine == "rtl" and benchmark.name == "screen_trapped":
            return "has no choice: see screen"
        return None

    def count(self, benchmark):
        """Instructions each time, what stands around them taken off."""
        more = 100 if benchmark.is_boot_sector() else 3
        first = self.run_engine("interp", benchmark, 1)["instructions"]
        benchmark.instructions = (self.run_engine("interp", benchmark, more)["instructions"] - first) / (more - 1)

    def calibrate(self, engine, benchmark):
        """How often the engine runs it in about SECONDS."""
        if benchmark.is_boot_sector():
            if engine == "tcg":
                return 100
            return 100 if self.seconds(engine, benchmark, 1) * 100 < 3 * SECONDS else 1
        times = 100 if engine == "tcg" else 1
        while times < MOST:
            seconds = self.seconds(engine, benchmark, times)
            if seconds > SECONDS / 4:
                return max(round(times * SECONDS / seconds), 2)
            # What is short is mostly what does not grow.
            times = round(times * min(50, SECONDS / 2 / max(seconds, 1e-6))) + 1
        return MOST

    def measure(self, engine, benchmark, times):
        if engine == "rtl":
            return self.run_engine("rtl", benchmark, 1000)["mips"]
        seconds = self.seconds(engine, benchmark, times)
        if seconds <= 0:
            raise Missing("its start takes longer than the benchmark")
        return benchmark.instructions * times / seconds / 1e6

    def run(self, benchmark, rounds):
        self.count(benchmark)
        times = {}
        for engine in self.engines:
            try:
                if reason := self.why_not(engine, benchmark):
                    raise Missing(reason)
                times[engine] = 1000 if engine == "rtl" else self.calibrate(engine, benchmark)
                benchmark.rates[engine] = []
            except Missing as missing:
                benchmark.reasons[engine] = str(missing)
        for _ in range(rounds):
            for engine in list(times):
                try:
                    benchmark.rates[engine].append(self.measure(engine, benchmark, times[engine]))
                except Missing as missing:
                    benchmark.reasons[engine] = str(missing)
                    del times[engine], benchmark.rates[engine]


def last_line(text):
    return (text.strip().splitlines() or [""])[-1][:120]


def say(*words):
    print(*words, flush=True)


def report(benchmark, engines):
    for engine in engines:
        name = f"ladder_{benchmark.name}_{engine}"
        if benchmark.rate(engine) is None:
            say("skip", name, benchmark.reasons.get(engine, "not run"))
        else:
            say("figure", name, f"{benchmark.rate(engine):.4g}", "MIPS")
    jit, tcg, native = (benchmark.rate(engine) for engine in ("jit", "tcg", "native"))
    if jit and tcg:
        limit = MOST_OF_TCG_INTEGER if benchmark.name == "integer" else MOST_OF_TCG
        say("figure", f"jit_times_tcg_{benchmark.name}", f"{tcg / jit:.3f}", "times", "most", limit)
    if jit and native:
        limit = ["most", MOST_OF_NATIVE] if benchmark.name == "integer" else []
        say("figure", f"jit_times_native_{benchmark.name}", f"{native / jit:.3f}", "times", *limit)


def digits(rate):
    """Three of them."""
    for least, places in ((100, 0), (10, 1), (1, 2)):
        if rate >= least:
            return f"{float(f'{rate:.3g}'):,.{places}f}"
    return f"{rate:.3g}"


def table(benchmarks, engines):
    """Medians, and in brackets (most - least) / median."""
    say("table")
    say("| MIPS (spread) |", " | ".join(engines), "|")
    say("|---" * (len(engines) + 1) + "|")
    for benchmark in benchmarks:
        cells = []
        for engine in engines:
            rate = benchmark.rate(engine)
            spread = rate and (max(benchmark.rates[engine]) - min(benchmark.rates[engine])) / rate
            cells.append("" if rate is None else f"{digits(rate)} ({100 * spread:.0f} %)")
        say(f"| {benchmark.title} |", " | ".join(cells), "|")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--strata", required=True)
    parser.add_argument("--guests", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--plot", default="")
    arguments = parser.parse_args()
    ladder = Ladder(arguments.strata, arguments.guests, arguments.work)
    done = []
    for benchmark in BENCHMARKS:
        try:
            ladder.run(benchmark, arguments.rounds)
        except Missing as missing:
            say("skip", f"ladder_{benchmark.name}", f"interp: {missing}")
            continue
        report(benchmark, ladder.engines)
        done.append(benchmark)
    table(done, ladder.engines)
    if arguments.plot:
        notes = [f"median of {arguments.rounds} rounds in turn, bars from the least to the most",
                 f"rtl: the rate of its first {RTL_CYCLES / 1e6:g} million cycles"]
        if re.search(r"^engine kvm .*emulating", ladder.info, re.M):
            notes.append("this host's KVM emulates")
        if not draw(arguments.plot, done, ladder.engines, notes, arguments.work):
            say("skip ladder_plot no gnuplot on this host")


if __name__ == "__main__":
    sys.exit(main())
