#!/usr/bin/env python3
"""What of the RTL is to be reached, found in its sources, and the SystemVerilog that counts it.

Points are:
  - every micro-instruction, `microcode.LABEL` or `microcode.LABEL+N`;
  - every value of every register of an enumerated type, `MODULE.REGISTER.ENUMERATOR`;
  - both values of every register of one bit, `MODULE.REGISTER.0` and `.1`: the states of what has no
    enumeration.
A register is what the naming rules make one: its name ends in _q. A module with several instances has
its points once, reached when any instance does.

Run as a script by a build with STRATA_COVERAGE: writes modules with a cover property for each point of
the given sources and binds them to the modules, which know nothing of it.
"""

import argparse
import dataclasses
import importlib.machinery
import importlib.util
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MICROCODE = "microcode"
SEQUENCER = "cpu_microsequencer"


@dataclasses.dataclass(frozen=True)
class Point:
    name: str       # unique, what reports and the list of exceptions call it
    group: str      # MICROCODE, or the module
    label: str      # of its cover property, unique in the group
    condition: str  # on the ports of the group's cover module
    place: str      # FILE:LINE
    text: str       # what stands there
    is_entry: bool = False


@dataclasses.dataclass(frozen=True)
class Enumeration:
    width: int
    values: dict  # enumerator to number


class Source:
    """A file of SystemVerilog without its comments, line numbers kept."""

    def __init__(self, path):
        self.path = path
        text = pathlib.Path(path).read_text(encoding="utf-8")
        self.text = re.sub(r"//[^\n]*", "", re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), text, flags=re.S))

    def place(self, position):
        return f"{shown(self.path)}:{self.text.count(chr(10), 0, position) + 1}"

    def enumerations(self):
        pattern = r"typedef\s+enum\s+logic\s*(?:\[(\d+):0\])?\s*\{([^}]*)\}\s*(\w+)\s*;"
        for match in re.finditer(pattern, self.text):
            yield match[3], Enumeration(int(match[1] or 0) + 1, numbered(match[2]))

    def module(self):
        match = re.search(r"^\s*module\s+(\w+)", self.text, re.M)
        return match[1] if match else None

    def registers(self):
        """(type, packed range or "", name, position) of every register declared by itself, not as an array."""
        pattern = r"^[ \t]*(?:\w+::)?(\w+)[ \t]*(\[[^\]]*\])?[ \t]+(\w+(?:[ \t]*,[ \t]*\w+)*)[ \t]*;"
        for match in re.finditer(pattern, self.text, re.M):
            for name in re.split(r"\s*,\s*", match[3]):
                if name.endswith("_q"):
                    yield match[1], match[2] or "", name, match.start(3)


def numbered(members):
    """Enumerator to number, from the text between the braces."""
    values = {}
    number = 0
    for member in filter(None, (item.strip() for item in members.split(","))):
        name, _, given = (part.strip() for part in member.partition("="))
        if given:
            digits, base = re.fullmatch(r"(?:\d*'([bdh]))?(\w+)", given).group(2, 1)
            number = int(digits, {"b": 2, "d": 10, "h": 16, None: 10}[base])
        values[name] = number
        number += 1
    return values


def shown(path):
    path = pathlib.Path(path).resolve()
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path


def assembler():
    """scripts/microcode as a module."""
    path = str(ROOT / "scripts/microcode")
    loader = importlib.machinery.SourceFileLoader("strata_microcode", path)
    sys.dont_write_bytecode = True
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def microcode_program():
    module = assembler()
    return module.assemble(ROOT / "rtl/cpu/cpu_microcode_types_pkg.sv",
                           sorted((ROOT / "rtl/cpu/microcode").glob("*.uc")))


def microcode_points(program):
    bits = program.types.address_bits
    base = None
    for address, instruction in enumerate(program.code):
        names = program.names_at(address)
        if names:
            base, base_address = names[0], address
        offset = f"+{address - base_address}" if address > base_address else ""
        label = f"{base}{offset}".replace(".", "_").replace("+", "_")
        yield Point(f"{MICROCODE}.{base}{offset}", MICROCODE, f"uc_{label}",
                    f"active_q && upc_q == {bits}'d{address}", str(instruction.place), instruction.text,
                    any(name in program.entries for name in names))


def register_points(source, enumerations):
    """The points of one module; `enumerations` are those of all files."""
    local = enumerations | dict(source.enumerations())
    for kind, bits, name, position in source.registers():
        place, module = source.place(position), source.module()
        if kind in local and not bits:
            for value, number in local[kind].values.items():
                yield Point(f"{module}.{name}.{value}", module, f"{name}_{value}",
                            f"{name} == {local[kind].width}'d{number}", place, f"{kind} {name}")
        elif kind == "logic" and not bits:
            for value, condition in (("0", f"!{name}"), ("1", name)):
                yield Point(f"{module}.{name}.{value}", module, f"{name}_{value}", condition, place,
                            f"logic {name}")


def find_points(paths):
    """(points, ports): every point of these files, and by group the declarations of what they look at."""
    sources = [Source(path) for path in sorted(map(str, paths))]
    shared = {}
    for source in sources:
        if not source.module():
            shared.update(source.enumerations())
    points = []
    ports = {}
    for source in sources:
        module = source.module()
        if not module:
            continue
        points += register_points(source, shared)
        widths = {name: shared.get(kind) or dict(source.enumerations()).get(kind)
                  for kind, _, name, _ in source.registers()}
        ports[module] = {name: enumeration.width if enumeration else 1 for name, enumeration in widths.items()}
        if module == SEQUENCER:
            program = microcode_program()
            points += microcode_points(program)
            ports[MICROCODE] = {"active_q": 1, "upc_q": program.types.address_bits}
    return points, ports


def all_sources():
    return sorted((ROOT / "rtl").rglob("*.sv"))


def emit_module(group, points, ports):
    """The module that counts a group's points, and its binding."""
    used = [name for name in ports if any(re.search(rf"\b{name}\b", point.condition) for point in points)]
    declarations = ["    input logic clk_i"]
    for name in used:
        bits = f" [{ports[name] - 1}:0]" if ports[name] > 1 else ""
        declarations.append(f"    input logic{bits} {name}")
    lines = [f"module {group}_cover (", ",\n".join(declarations), ");"]
    lines += [f"  {point.label}: cover property (@(posedge clk_i) {point.condition});" for point in points]
    target = SEQUENCER if group == MICROCODE else group
    pins = ", ".join(f".{name}({name})" for name in ["clk_i"] + used)
    lines += ["endmodule", f"bind {target} {group}_cover u_{group}_cover ({pins});", ""]
    return lines


def emit(top, points, ports):
    lines = ["// Generated by scripts/coverage.d/points.py.",
             "// verilator lint_off DECLFILENAME",
             "// verilator lint_off MULTITOP"]
    for group in dict.fromkeys(point.group for point in points):
        lines += emit_module(group, [point for point in points if point.group == group], ports[group])
    lines += [f"module {top}_save_coverage;",
              "  // scripts/cmake/verilated_coverage.cpp",
              '  import "DPI-C" context function void strata_save_coverage();',
              "  final strata_save_coverage();",
              "endmodule",
              f"bind {top} {top}_save_coverage u_save_coverage ();", ""]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Writes the cover properties of SystemVerilog sources.")
    parser.add_argument("--top", required=True, help="the top module")
    parser.add_argument("--output", required=True)
    parser.add_argument("sources", nargs="+", metavar="FILE.sv")
    options = parser.parse_args()
    text = emit(options.top, *find_points(options.sources))
    pathlib.Path(options.output).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
