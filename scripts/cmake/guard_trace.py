#!/usr/bin/env python3
"""Puts guards into the code Verilator 5.006 writes for recording changes (V<top>__Trace__<n>.cpp).

    guard_trace.py FILE...

That code tests every signal for itself in every cycle. Many signals are parts of one variable that seldom
changes: the elements of an array, the fields of a struct. A row of tests of parts of one variable becomes

    if (VL_UNLIKELY(bufp->changed<words>(oldp+code, vlSelf->variable))) { the tests }

which compares the variable as a whole with what it was (platform/trace/verilated/verilated_vcd_c.h). What
is recorded is the same. A statement that does not look as expected is left as it is.
"""
import re
import sys

MIN_ELEMENTS = 8  # of an array: the comparison is a call
MIN_FIELDS = 4  # of a number of at most 64 bits

TEST = re.compile(r" *bufp->chg(Bit|[CSIQ]Data)\(oldp\+(\d+),[^;]*\);\n")
VARIABLE = re.compile(r"\b(vlSelf->\w+|vlSymsp->\w+\.\w+)\s*(\[)?")  # the latter are those of an interface


def variable_of(test):
    """The one variable a test depends on and whether it is an array; None if there are several."""
    names = set(VARIABLE.findall(test.group(0)))
    return names.pop() if len(names) == 1 and "vlSymsp" not in VARIABLE.sub("", test.group(0)) else None


def guarded(variable, tests):
    """The text of tests that all depend on the variable."""
    name, index = variable
    text = "".join(test.group(0) for test in tests)
    if len(tests) < (MIN_ELEMENTS if index else MIN_FIELDS):
        return text
    codes = [int(test.group(2)) for test in tests]
    first, last = codes[0], codes[-1]
    if codes != sorted(codes):
        return text
    words = last + (2 if tests[-1].group(1) == "QData" else 1) - first
    return (f"        if (VL_UNLIKELY(bufp->changed<{words}>(oldp+{first}, {name}))) {{\n"
            f"{text}        }}\n")


def rewrite(text):
    out, row, variable, end = [], [], None, 0
    for test in TEST.finditer(text):
        new = variable_of(test)
        if row and (new != variable or test.start() != end):
            out.append(guarded(variable, row))
            row = []
        out.append(text[end:test.start()])
        if new:
            row.append(test)
        else:
            out.append(test.group(0))
        variable, end = new, test.end()
    if row:
        out.append(guarded(variable, row))
    return "".join(out) + text[end:]


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        before = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(rewrite(before))
