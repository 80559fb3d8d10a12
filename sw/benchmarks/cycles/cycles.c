/* Measures the instruction forms of forms.S and says, a line each, what the i486 manual gives and
 * what they cost here: cycles of one, and of one that waits for the one before. Needs RDTSC (--cpu
 * 586) and an engine whose cycles are a CPU's (rtl); scripts/cycle-table makes a table of what it
 * writes. */
#include <stddef.h>

#include "sw/benchmarks/cycles/forms.h"
#include "sw/include/cpu.h"
#include "sw/include/printf.h"

struct __attribute__((packed)) table_register {
  uint16_t limit;
  uint32_t base;
};

/* An interrupt gate of 32 bits, DPL 0 (SDM vol. 3, figure 6-2). */
static void install_return_vector(void) {
  struct table_register idt;
  __asm__("sidt %0" : "=m"(idt));
  uint32_t* gate = (uint32_t*)(idt.base + RETURN_VECTOR * 8);
  uint32_t offset = (uint32_t)return_at_once;
  gate[0] = CODE_SELECTOR << 16 | (offset & 0xFFFF);
  gate[1] = (offset & 0xFFFF0000) | 0x8E00;
}

/* Cycles in hundredths. Blocks that take no longer with more copies come to 0. */
static uint32_t hundredths(form_block few, form_block many, uint32_t per) {
  uint32_t copies = (MANY_COPIES - FEW_COPIES) * per;
  uint32_t less = warm(few);
  uint32_t more = warm(many);
  return more <= less ? 0 : ((more - less) * 100 + copies / 2) / copies;
}

static const char* figure(char* text, size_t size, uint32_t hundredths) {
  uint32_t whole = hundredths / 100;
  uint32_t rest = hundredths % 100;
  if (rest == 0)
    snprintf(text, size, "%u", whole);
  else if (rest % 10 == 0)
    snprintf(text, size, "%u.%u", whole, rest / 10);
  else
    snprintf(text, size, "%u.%02u", whole, rest);
  return text;
}

int main(void) {
  char cycles[16];
  char latency[16] = "";
  disable_interrupts();
  install_return_vector();
  for (const struct form* form = forms_begin; form != forms_end; form++) {
    figure(cycles, sizeof(cycles), hundredths(form->few, form->many, form->per));
    latency[0] = '\0';
    if (form->few_chained != NULL)
      figure(latency, sizeof(latency),
             hundredths(form->few_chained, form->many_chained, form->per));
    log_printf("| %s | %s | %s | %s |\n", form->name, form->i486, cycles, latency);
  }
  return 0;
}
