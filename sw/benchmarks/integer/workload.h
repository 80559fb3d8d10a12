/* What the integer benchmark computes and what must come out. The results are not the program's own
 * output: tests/style/integer_workload_test.cpp computes them by other means. Integer macros only.
 */
#ifndef STRATA_SW_BENCHMARKS_INTEGER_WORKLOAD_H
#define STRATA_SW_BENCHMARKS_INTEGER_WORKLOAD_H

/* Pseudo-random numbers: x = x * A + C modulo 2^32, bits 31:16 used, starting from WORKLOAD_SEED
 * anew for each part. */
#define WORKLOAD_SEED 86
#define WORKLOAD_LCG_A 1664525u
#define WORKLOAD_LCG_C 1013904223u

/* Sieve: primes below the limit. */
#define SIEVE_LIMIT 8192

/* CRC-32 (IEEE 802.3) of that many pseudo-random bytes (low 8 of the bits used). */
#define CRC_BYTES 4096

/* Shell sort of pseudo-random 16-bit numbers; result: sum of (i + 1) * sorted[i]. */
#define SORT_COUNT 1000

/* Product of two square matrices of pseudo-random numbers -128..127 (bits used modulo 256, minus
 * 128; the whole left matrix first); result: sum of (i + 1) * product[i], row by row. */
#define MATRIX_SIZE 20

/* The decimal numbers 0, 7, 14, ... in one string with blanks between, reversed as a whole;
 * result: CRC-32 of the reversed string plus 65536 times the number of its words with a '7'. */
#define STRING_NUMBERS 200
#define STRING_STEP 7

#define SIEVE_RESULT 1028u /* pi(8192) */
#define CRC_RESULT 0xC30C15F7u
#define SORT_RESULT 0x1F2F9BD9u
#define MATRIX_RESULT 0x05E46C04u
#define STRING_RESULT 0x70F204EAu

#endif
