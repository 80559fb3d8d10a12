/* A few instructions under test. SNIPPET(name, before, instruction, after) makes the labels `name`
 * (entry), `name_at` (the instruction the rule is about), `name_next` (the one behind it) and
 * `name_end`. The end of a snippet is INT 80, which every rule's IDT leads back to the harness. */
#ifndef STRATA_SW_SNIPPET_H
#define STRATA_SW_SNIPPET_H

#define SNIPPET_OF(code_size, name, before, instruction, after)                          \
  extern const char name[] __attribute__((unused));                                      \
  extern const char name##_at[] __attribute__((unused));                                 \
  extern const char name##_next[] __attribute__((unused));                               \
  extern const char name##_end[] __attribute__((unused));                                \
  __asm__(".pushsection .text.snippets,\"ax\",@progbits\n.arch i686\n" code_size         \
          "\n.balign 16\n" #name ":\n" before "\n" #name "_at:\n" instruction "\n" #name \
          "_next:\n" after "\nint $0x80\n" #name "_end:\n.code32\n.arch i386\n.popsection")

#define SNIPPET(name, before, instruction, after) \
  SNIPPET_OF(".code32", name, before, instruction, after)
#define SNIPPET16(name, before, instruction, after) \
  SNIPPET_OF(".code16", name, before, instruction, after)

/* Where the parts of a 16-bit snippet lie in the segment it was copied to, in real and virtual-8086
 * mode; and the linear address of such a segment. */
#define offset_at(snippet) ((uint32_t)(snippet##_at - snippet))
#define offset_next(snippet) ((uint32_t)(snippet##_next - snippet))
#define offset_end(snippet) ((uint32_t)(snippet##_end - snippet))
#define LINEAR(segment) ((uint32_t)(segment) << 4)

#endif
