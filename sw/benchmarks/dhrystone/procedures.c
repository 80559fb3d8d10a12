/* The procedures of the loop: each is small, does a little arithmetic and a decision or two, and
 * most take pointers. */
#include "sw/benchmarks/dhrystone/dhrystone.h"
#include "sw/include/string.h"

#define KEPT __attribute__((noinline))

int32_t stock;
bool counted;
char mark;
int32_t prices[TABLE_SIZE];
int32_t sales[TABLE_SIZE][TABLE_SIZE];
struct article* shelf;

KEPT void add(int32_t left, int32_t right, int32_t* sum) {
  *sum = left + right + 2;
}

KEPT enum shade match(enum shade shade) {
  switch (shade) {
    case WHITE: return BLACK;
    case LIGHT: return stock > 100 ? WHITE : DARK;
    case MIDDLE: return LIGHT;
    case DARK: return MIDDLE;
    default: return DARK;
  }
}

/* The first article of a shelf that is not empty gives its price. */
KEPT static void copy_first_price(int32_t* price) {
  if (shelf != NULL) *price = shelf->price;
  add(10, stock, &shelf->price);
}

KEPT void restock(struct article* article) {
  struct article* behind = article->next;
  *behind = *article;
  article->price = 5;
  behind->price = article->price;
  behind->next = shelf;
  copy_first_price(&behind->price);
  if (behind->lining == WHITE) {
    behind->price = 6;
    behind->lining = match(article->lining);
    behind->next = article->next;
    add(behind->price, 10, &behind->price);
  } else {
    *article = *behind;
  }
}

KEPT void book(int32_t place, int32_t price) {
  int32_t row = place + 5;
  prices[row] = price;
  prices[row + 1] = prices[row];
  prices[row + 30] = row;
  for (int32_t column = row; column <= row + 1; column++) sales[row][column] = row;
  sales[row][row - 1] += 1;
  sales[row + 20][row] = prices[row];
  stock = 5;
}

KEPT enum shade compare_letters(char left, char right) {
  char kept = left;
  if (kept != right) return WHITE;
  mark = kept;
  return LIGHT;
}

KEPT bool comes_after(const char* left, const char* right) {
  int32_t place = 2;
  while (place < 4 && compare_letters(left[place], right[place]) == LIGHT) place++;
  if (place < 4) return false;
  if (strcmp(left, right) <= 0) return false;
  stock = place + 7;
  return true;
}

KEPT void raise(int32_t* number) {
  int32_t sum = *number + 10;
  for (;;) {
    if (mark == 'A') {
      sum -= 1;
      *number = sum - stock;
      return;
    }
    mark = 'A';
  }
}

KEPT void open_shop(void) {
  bool marked = mark == 'A';
  counted = marked || counted;
  mark = 'B';
}
