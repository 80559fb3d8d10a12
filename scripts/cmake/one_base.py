#!/usr/bin/env python3
"""Lets the code Verilator 5.006 writes for evaluation (V<top>___024root__DepSet_*.cpp) reach all variables from one base.

    one_base.py FILE...

The variables of the top module are reached through vlSelf, those of interfaces through vlSymsp, which holds the top
module, too. The compiler does not know that; variables of a byte may alias anything, so each store through one pointer
makes it read again what it knows through the other. Here vlSelf->x becomes vlSymsp->TOP.x. That is a tenth of the
platform's time.
"""
import re
import sys

DECLARATION = "vlSymsp VL_ATTR_UNUSED = vlSelf->vlSymsp;"


def rewrite(text):
    lines = text.split("\n")
    return "\n".join(line if DECLARATION in line else re.sub(r"\bvlSelf->", "vlSymsp->TOP.", line) for line in lines)


def main():
    for name in sys.argv[1:]:
        with open(name, encoding="utf-8") as file:
            text = file.read()
        if DECLARATION in text:
            with open(name, "w", encoding="utf-8") as file:
                file.write(rewrite(text))


main()
