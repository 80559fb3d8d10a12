/* The benchmark with names copied character by character, in a function compiled apart: what a
 * compiler without built-in string functions (-fno-builtin) makes of it, and so what cores are
 * compared with. strcpy and strcmp are half of its 566 instructions an iteration. */
#define COPY_NAME(to, name) strcpy(to, name)
#include "sw/benchmarks/dhrystone/dhrystone.c"
