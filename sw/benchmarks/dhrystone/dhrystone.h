/* The data and the procedures of the loop in dhrystone.c, which are compiled apart from it so that
 * each call is one. */
#ifndef STRATA_SW_BENCHMARKS_DHRYSTONE_DHRYSTONE_H
#define STRATA_SW_BENCHMARKS_DHRYSTONE_DHRYSTONE_H

#include <stdbool.h>
#include <stdint.h>

#define NAME_BYTES 31 /* thirty characters and the NUL */
#define TABLE_SIZE 50

enum shade { WHITE, LIGHT, MIDDLE, DARK, BLACK };

/* An article on the shelf: a record with a pointer, enumerations, a number and a name. */
struct article {
  struct article* next;
  enum shade shade;
  enum shade lining;
  int32_t price;
  char name[NAME_BYTES];
};

extern struct article* shelf;
extern int32_t stock;
extern bool counted;
extern char mark;
extern int32_t prices[TABLE_SIZE];
extern int32_t sales[TABLE_SIZE][TABLE_SIZE];

/* Copies `article` over the one behind it and changes both. */
void restock(struct article* article);

/* Enters `price` for the article at `place`, and a sale of it. */
void book(int32_t place, int32_t price);

/* Whether `left` comes after `right` in the alphabet; only names that begin alike are compared. */
bool comes_after(const char* left, const char* right);

/* LIGHT if the letters are the same, else WHITE. */
enum shade compare_letters(char left, char right);

/* The shade that goes with another. */
enum shade match(enum shade shade);

/* Puts left + right + 2 into `sum`. */
void add(int32_t left, int32_t right, int32_t* sum);

/* Adds to `number` until it reaches the stock. */
void raise(int32_t* number);

/* Sets the flags and marks of a new day. */
void open_shop(void);

#endif
