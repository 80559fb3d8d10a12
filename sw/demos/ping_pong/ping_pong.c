/* Two machines and a page they share (--share court@0xC0000000): ping serves a ball, a number, and
 * pong returns what it makes of it. Whose turn it is stands in the page, too, and whoever waits
 * looks at it again and again. Options: side=ping or side=pong, and of ping rounds=N. */
#include "sw/include/guest.h"
#include "sw/include/printf.h"

#define COURT 0xC0000000u
#define DEFAULT_ROUNDS 1000
#define PATIENCE 50000000u /* looks at the page before nobody is thought to be there */

/* What a page holds at first is PING's, as it is zero. */
enum turn { PING, PONG, OVER };

/* Written by whose turn it is; `turn` last, as x86 keeps stores in order. */
struct court {
  uint32_t turn;
  uint32_t ball;
};

static volatile struct court* const court = (volatile struct court*)COURT;

static uint32_t looks;

static uint32_t returned(uint32_t ball) {
  return ball * ball + 1;
}

/* Waits until it is not `other`'s turn any more; false if that does not happen. */
static bool wait_for_turn(enum turn other) {
  for (uint32_t i = 0; i < PATIENCE; i++) {
    looks++;
    if (court->turn != other) return true;
  }
  return false;
}

static void give_turn(enum turn next) {
  court->turn = next;
}

static int ping(uint32_t rounds) {
  for (uint32_t round = 1; round <= rounds; round++) {
    court->ball = round;
    give_turn(PONG);
    if (!wait_for_turn(PONG)) {
      printf("ping: nobody returns ball %u\n", round);
      return 1;
    }
    if (court->ball != returned(round)) {
      printf("ping: ball %u comes back as %u\n", round, court->ball);
      return 1;
    }
  }
  give_turn(OVER);
  printf("ping: %u rounds, ok\n", rounds);
  log_printf("ping: looked %u times\n", looks);
  return 0;
}

static int pong(void) {
  uint32_t balls = 0;
  for (; wait_for_turn(PING); balls++) {
    if (court->turn == OVER) {
      printf("pong: %u balls returned\n", balls);
      log_printf("pong: looked %u times\n", looks);
      return 0;
    }
    court->ball = returned(court->ball);
    give_turn(PING);
  }
  printf("pong: nobody serves\n");
  return 1;
}

int main(void) {
  /* Where nobody is everything reads as ones. */
  if (court->turn > OVER) {
    printf("ping_pong: no page at %x; give --share court@0xC0000000\n", COURT);
    return 1;
  }
  return option_is("side", "pong") ? pong() : ping(option("rounds", DEFAULT_ROUNDS));
}
