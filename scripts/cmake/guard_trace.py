#!/usr/bin/env python3
"""Makes the code Verilator 5.006 writes for recording changes (V<top>__Trace__<n>.cpp) fast.

    guard_trace.py FILE...

That code tests every signal for itself in every cycle. What is recorded stays the same, but:

- Many signals are parts of one variable that seldom changes: the elements of an array, the fields of a struct. A row
  of them is looked at only when the variable as a whole is another than it was:

      if (VL_UNLIKELY(bufp->changed<words>(oldp+code, vlSelf->variable))) { the row }

- Signals of up to 32 bits are not tested one by one. Where they are whole variables of 8 or 32 bits, the trace is told
  once where they are (bufp->member()); others are written into a row of numbers (bytes[n] = ...;). At the end
  bufp->chgMembers() finds what changed among all of them, 16 bytes at a time.

platform/trace/verilated/verilated_vcd_c.h has what is called. A statement that does not look as expected is left as
it is.
"""
import re
import sys

MIN_ELEMENTS = 8  # of an array: the comparison is a call
MIN_FIELDS = 4  # of a number of at most 64 bits

TEST = re.compile(r" *bufp->chg(Bit|[CSIQ]Data)\(oldp\+(\d+),([^;]*?)(?:,\d+)?\);\n")
VARIABLE = re.compile(r"\b(vlSelf->\w+|vlSymsp->\w+\.\w+)\s*(\[)?")  # the latter are those of an interface
FUNCTION = "    uint32_t* const oldp VL_ATTR_UNUSED = bufp->oldp(vlSymsp->__Vm_baseCode + 1);\n    // Body\n"
END = "\n}\n"
ACTIVITY = re.compile(r"(VL_UNLIKELY\()(?=\(?vlSelf->__Vm_traceActivity)")


class Members:
    """What bufp->chgMembers() of a model looks at."""

    def __init__(self):
        self.told = []  # the calls of bufp->member()
        self.values = {"bytes": 0, "words": 0}

    def take(self, test):
        """What stands in the place of the test."""
        width, code, value = test.groups()
        if width == "QData":
            return test.group(0)
        whole = VARIABLE.fullmatch(value[1:-1])
        if whole and width != "SData":
            self.told.append(f"        bufp->member(oldp+{code}, {whole.group(1)});\n")
            return ""
        row = "bytes" if width in ("Bit", "CData") else "words"
        n = self.values[row]
        self.values[row] += 1
        self.told.append(f"        bufp->member(oldp+{code}, {row}[{n}]);\n")
        return f"        {row}[{n}] = {value};\n"

    def begin(self):
        return (f"    CData* const bytes = bufp->bytes({self.values['bytes']});\n"
                f"    IData* const words = bufp->words({self.values['words']});\n"
                f"    if (VL_UNLIKELY(bufp->wantsMembers())) {{\n{''.join(self.told)}    }}\n")


def variable_of(test):
    """The one variable a test depends on and whether it is an array; None if there are several."""
    names = set(VARIABLE.findall(test.group(3)))
    return names.pop() if len(names) == 1 and "vlSymsp" not in VARIABLE.sub("", test.group(3)) else None


def guarded(variable, tests, members):
    """The text of tests that all depend on the variable, or of one that depends on several."""
    name, index = variable or ("", "")
    codes = [int(test.group(2)) for test in tests]
    first, last = codes[0], codes[-1]
    guard = len(tests) >= (MIN_ELEMENTS if index else MIN_FIELDS) and codes == sorted(codes)
    if members and not (guard and index):  # an array changes an element at a time
        text = "".join(members.take(test) for test in tests)
    else:
        text = "".join(test.group(0) for test in tests)
    if not guard:
        return text
    words = last + (2 if tests[-1].group(1) == "QData" else 1) - first
    return (f"        if (VL_UNLIKELY(bufp->changed<{words}>(oldp+{first}, {name}))) {{\n"
            f"{text}        }}\n")


def rewrite(text, members):
    out, row, variable, end = [], [], None, 0
    for test in TEST.finditer(text):
        new = variable_of(test)
        if row and (new is None or new != variable or test.start() != end):
            out.append(guarded(variable, row, members))
            row = []
        out.append(text[end:test.start()])
        row.append(test)
        variable, end = new, test.end()
    if row:
        out.append(guarded(variable, row, members))
    text = "".join(out) + text[end:]
    if members and FUNCTION in text:
        begin = text.index(FUNCTION) + len(FUNCTION)
        end = text.index(END, begin)
        # What had nothing to do since all was recorded has its numbers still to be written.
        body = ACTIVITY.sub(r"\1bufp->wantsAll() || ", text[begin:end])
        text = text[:begin] + members.begin() + body + "\n    bufp->chgMembers();" + text[end:]
    return text


texts = {}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        texts[path] = file.read()
# Members are a model's, and what is said of them stands in one function.
functions = sum(text.count(FUNCTION) for text in texts.values())
for path, text in texts.items():
    with open(path, "w", encoding="utf-8") as file:
        file.write(rewrite(text, Members() if functions == 1 and FUNCTION in text else None))
