/* Memory: a chain of pointers through 64 KiB, copies and fills. */
#include "sw/benchmarks/ladder/ladder.h"
#include "sw/include/string.h"

#define NODES 8192
#define STRIDE 2731 /* odd, so that the chain goes through all nodes */
#define HOPS 40000
#define BYTES 16384
#define COPIES 8

struct node {
  struct node* next;
  uint32_t number;
};

static struct node nodes[NODES];
static uint8_t bytes[2][BYTES];

static void link_nodes(void) {
  for (uint32_t i = 0; i < NODES; i++) nodes[i] = (struct node){&nodes[(i + STRIDE) % NODES], i};
}

/* Where the chain is after HOPS, and what was filled into the buffer before the last copy. */
static uint32_t work(void) {
  const struct node* node = nodes;
  for (unsigned hop = 0; hop < HOPS; hop++) node = node->next;
  uint32_t sum = 0;
  for (unsigned i = 1; i <= COPIES; i++) {
    memset(bytes[0], (int)i, BYTES);
    memcpy(bytes[1], bytes[0], BYTES);
    sum += bytes[1][i] + bytes[1][BYTES - i];
  }
  return node->number + (sum << 16);
}

int main(void) {
  const uint32_t expected = HOPS * STRIDE % NODES + (COPIES * (COPIES + 1) << 16);
  link_nodes();
  return ladder("memory", work, expected, 1);
}
