/* An interpreter of a small bytecode: a jump through a table for each of its instructions, and
 * little between them. Its program counts the primes below 500 by trial division; there are 95. */
#include "sw/benchmarks/ladder/ladder.h"

enum { PUSH, LOAD, STORE, ADD, REMAINDER, LESS, JUMP_IF_ZERO, JUMP, STOP };

#define LIMIT 500
#define EXPECTED 95

enum { COUNT, NUMBER, DIVISOR, VARIABLES };

/* for (number = 2; number < LIMIT; number++) {
 *   for (divisor = 2; divisor < number; divisor++) if (number % divisor == 0) goto next;
 *   count++;
 *  next:
 * } */
static const int16_t program[] = {
    /* 0: start */ PUSH,
    0,
    STORE,
    COUNT,
    PUSH,
    2,
    STORE,
    NUMBER,
    /* 8: outer */ LOAD,
    NUMBER,
    PUSH,
    LIMIT,
    LESS,
    JUMP_IF_ZERO,
    58,
    PUSH,
    2,
    STORE,
    DIVISOR,
    /* 19: inner */ LOAD,
    DIVISOR,
    LOAD,
    NUMBER,
    LESS,
    JUMP_IF_ZERO,
    42,
    LOAD,
    NUMBER,
    LOAD,
    DIVISOR,
    REMAINDER,
    JUMP_IF_ZERO,
    49,
    LOAD,
    DIVISOR,
    PUSH,
    1,
    ADD,
    STORE,
    DIVISOR,
    JUMP,
    19,
    /* 42: prime */ LOAD,
    COUNT,
    PUSH,
    1,
    ADD,
    STORE,
    COUNT,
    /* 49: next */ LOAD,
    NUMBER,
    PUSH,
    1,
    ADD,
    STORE,
    NUMBER,
    JUMP,
    8,
    /* 58: end */ STOP,
};

static uint32_t interpret(const int16_t* code) {
  int32_t stack[8];
  int32_t variables[VARIABLES];
  int32_t* top = stack;
  const int16_t* at = code;
  for (;;) {
    switch (*at++) {
      case PUSH: *top++ = *at++; break;
      case LOAD: *top++ = variables[*at++]; break;
      case STORE: variables[*at++] = *--top; break;
      case ADD:
        top--;
        top[-1] += top[0];
        break;
      case REMAINDER:
        top--;
        top[-1] %= top[0];
        break;
      case LESS:
        top--;
        top[-1] = top[-1] < top[0];
        break;
      case JUMP_IF_ZERO: at = *--top == 0 ? code + *at : at + 1; break;
      case JUMP: at = code + *at; break;
      default: return (uint32_t)variables[COUNT];
    }
  }
}

static uint32_t work(void) {
  return interpret(program);
}

int main(void) {
  return ladder("branchy", work, EXPECTED, 1);
}
