"""Draws the ladder: a row a benchmark, a point an engine, on a logarithmic axis of MIPS."""
import os
import re
import shutil
import subprocess

# Colour and point type by engine; what else there is comes in grey.
STYLES = {
    "rtl": ("#7f3b08", 5),
    "interp": ("#e08214", 7),
    "block": ("#c9a400", 9),
    "jit": ("#1a9850", 13),
    "kvm": ("#2166ac", 11),
    "native": ("#762a83", 15),
    "tcg": ("#000000", 4),
}
TERMINALS = {
    "png": "pngcairo size 1240,860 font 'sans,11' background rgb 'white'",
    "svg": "svg size 1240,860 font 'sans,13' background rgb 'white'",
}


def legend(engine):
    if engine == "tcg":
        version = subprocess.run(["qemu-system-i386", "--version"], capture_output=True, text=True).stdout
        return "QEMU " + re.search(r"version ([0-9]+\.[0-9]+)", version)[1] + " TCG"
    return "native, 32-bit" if engine == "native" else engine


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def script(prefix, benchmarks, engines, notes, work):
    rows = {benchmark.name: len(benchmarks) - n for n, benchmark in enumerate(benchmarks)}
    plots, absent, rates = [], [], []
    for engine in engines:
        points = [f"{b.rate(engine):.6g} {rows[b.name]} {min(b.rates[engine]):.6g} {max(b.rates[engine]):.6g}\n"
                  for b in benchmarks if b.rate(engine)]
        if not points:
            absent.append(engine)
            continue
        rates += [rate for b in benchmarks if b.rate(engine) for rate in b.rates[engine]]
        data = os.path.join(work, "ladder." + engine)
        with open(data, "w") as file:
            file.writelines(points)
        colour, point = STYLES.get(engine, ("#777777", 3))
        plots.append(f"{quoted(data)} using 1:2:3:4 with xerrorbars lw 1.5 ps 0 lc rgb '{colour}' notitle, '' "
                     f"using 1:2 with points ps 1.6 lw 1.6 pt {point} lc rgb '{colour}' title {quoted(legend(engine))}")
    if absent:
        notes = notes + ["absent here: " + ", ".join(absent)]
    ticks = ", ".join(f"{quoted(benchmark.title)} {rows[benchmark.name]}" for benchmark in benchmarks)
    text = f"""set logscale x
set xrange [{min(rates) / 1.4:.4g}:{max(rates) * 1.4:.4g}]
set format x '%g'
set yrange [0.4:{len(benchmarks) + 0.6}]
set ytics ({ticks}) scale 0
set grid xtics ytics lt 1 lw 0.8 lc rgb '#dddddd'
set border 3 lc rgb '#444444'
set tics nomirror
set mxtics 10
set key at screen 0.57,0.945 center center horizontal maxrows 1 Left reverse samplen 0.6 width -1.5
set label 2 'The ladder: the same machine code, rung by rung' at screen 0.57,0.98 center font ',14'
set tmargin 4.8
set xlabel 'million guest instructions a second (logarithmic)'
set label 1 {quoted("; ".join(notes))} at screen 0.5,0.022 center tc rgb '#555555'
set bmargin 5.5
set rmargin 4
"""
    for kind, terminal in TERMINALS.items():
        text += f"set terminal {terminal}\nset output {quoted(prefix + '.' + kind)}\nplot {', '.join(plots)}\n"
    return text


def draw(prefix, benchmarks, engines, notes, work):
    """False where there is no gnuplot."""
    gnuplot = shutil.which("gnuplot")
    if not gnuplot:
        return False
    subprocess.run([gnuplot], input=script(prefix, benchmarks, engines, notes, work), text=True, check=True)
    return True
