/* Port I/O instructions. */
#ifndef STRATA_SW_IO_H
#define STRATA_SW_IO_H

#include <stdint.h>

static inline uint8_t inb(uint16_t port) {
  uint8_t value;
  __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline uint16_t inw(uint16_t port) {
  uint16_t value;
  __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline uint32_t inl(uint16_t port) {
  uint32_t value;
  __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}

static inline void outb(uint16_t port, uint8_t value) {
  __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outw(uint16_t port, uint16_t value) {
  __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline void outl(uint16_t port, uint32_t value) {
  __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

/* Reads `count` 16-bit words from `port` into `words`: REP INSW. */
static inline void insw(uint16_t port, void* words, uint32_t count) {
  __asm__ volatile("cld; rep insw" : "+D"(words), "+c"(count) : "d"(port) : "memory", "cc");
}

/* Writes `count` 16-bit words to `port`: REP OUTSW. */
static inline void outsw(uint16_t port, const void* words, uint32_t count) {
  __asm__ volatile("cld; rep outsw" : "+S"(words), "+c"(count) : "d"(port) : "memory", "cc");
}

#endif
