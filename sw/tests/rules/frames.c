/* Stack instructions: ENTER and LEAVE, PUSHA, PUSH of ESP, POP to ESP, and their 16-bit forms (SDM
 * vol. 1, 6.5; vol. 2). */
#include "sw/tests/rules/rule.h"

#define LATER NEEDS_INSTRUCTIONS

RULE(enter_without_nesting, LATER, "SDM vol. 2, ENTER: level 0: push EBP, EBP = ESP, room below") {
  SNIPPET(enter_0, "", "enter $16, $0", "movl %esp, %eax");
  in.ebp = 0xB0B0B0B0;
  in.esp = (uint32_t)frame_words;
  run(enter_0);
  expect_done();
  expect_equal("saved EBP", frame_words[-1], 0xB0B0B0B0);
  expect_equal("EBP", event.ebp, (uint32_t)(frame_words - 1));
  expect_equal("ESP", event.eax, (uint32_t)(frame_words - 5));
}

RULE(enter_level_1, LATER, "SDM vol. 2, ENTER: level 1: the new frame's pointer is pushed") {
  SNIPPET(enter_1, "", "enter $8, $1", "movl %esp, %eax");
  in.ebp = 0xB0B0B0B0;
  in.esp = (uint32_t)frame_words;
  run(enter_1);
  expect_done();
  expect_equal("saved EBP", frame_words[-1], 0xB0B0B0B0);
  expect_equal("frame pointer", frame_words[-2], (uint32_t)(frame_words - 1));
  expect_equal("EBP", event.ebp, (uint32_t)(frame_words - 1));
  expect_equal("ESP", event.eax, (uint32_t)(frame_words - 4));
}

RULE(enter_copies_display, LATER,
     "SDM vol. 2, ENTER: level n: n - 1 pointers of the old display, then the new") {
  SNIPPET(enter_3, "", "enter $0, $3", "movl %esp, %eax");
  frame_words[8] = 0xD0;
  frame_words[7] = 0xD1;
  frame_words[6] = 0xD2;
  in.ebp = (uint32_t)&frame_words[8];
  in.esp = (uint32_t)frame_words;
  run(enter_3);
  expect_done();
  expect_equal("saved EBP", frame_words[-1], (uint32_t)&frame_words[8]);
  expect_equal("first pointer", frame_words[-2], 0xD1);
  expect_equal("second pointer", frame_words[-3], 0xD2);
  expect_equal("frame pointer", frame_words[-4], (uint32_t)(frame_words - 1));
  expect_equal("ESP", event.eax, (uint32_t)(frame_words - 4));
}

RULE(enter_level_is_modulo_32, LATER, "SDM vol. 2, ENTER: the level is taken modulo 32") {
  SNIPPET(enter_32, "", "enter $0, $32", "movl %esp, %eax");
  in.esp = (uint32_t)frame_words;
  run(enter_32);
  expect_done();
  expect_equal("ESP", event.eax, (uint32_t)(frame_words - 1));
}

RULE(leave_undoes_enter, NEEDS_FLAT, "SDM vol. 2, LEAVE: ESP = EBP, pop EBP") {
  SNIPPET(leave_frame, "", "leave", "movl %esp, %eax");
  frame_words[4] = 0xB0B0B0B0;
  in.ebp = (uint32_t)&frame_words[4];
  run(leave_frame);
  expect_done();
  expect_equal("EBP", event.ebp, 0xB0B0B0B0);
  expect_equal("ESP", event.eax, (uint32_t)&frame_words[5]);
}

RULE(push_esp_pushes_the_old_value, NEEDS_FLAT, "SDM vol. 2, PUSH: ESP as it was before") {
  SNIPPET(push_esp, "", "pushl %esp", "popl %eax");
  in.esp = (uint32_t)frame_words;
  run(push_esp);
  expect_done();
  expect_equal("pushed", event.eax, (uint32_t)frame_words);
}

RULE(pop_esp_gets_the_item, NEEDS_FLAT,
     "SDM vol. 2, POP: ESP is incremented before the item is written") {
  SNIPPET(pop_esp, "", "popl %esp", "movl %esp, %eax");
  frame_words[0] = (uint32_t)&frame_words[16];
  in.esp = (uint32_t)frame_words;
  run(pop_esp);
  expect_done();
  expect_equal("ESP", event.eax, (uint32_t)&frame_words[16]);
}

RULE(pop_to_esp_relative_place, NEEDS_FLAT,
     "SDM vol. 2, POP: an address with ESP uses it incremented") {
  SNIPPET(pop_relative, "", "popl (%esp)", "");
  frame_words[0] = 0x1234;
  frame_words[1] = 0;
  in.esp = (uint32_t)frame_words;
  run(pop_relative);
  expect_done();
  expect_equal("memory", frame_words[1], 0x1234);
}

RULE(pusha_order, NEEDS_FLAT,
     "SDM vol. 2, PUSHAD: EAX ECX EDX EBX ESP EBP ESI EDI, ESP the old one") {
  SNIPPET(push_all, "", "pushal", "");
  in.eax = 0xA0;
  in.ecx = 0xA1;
  in.edx = 0xA2;
  in.ebx = 0xA3;
  in.ebp = 0xA5;
  in.esi = 0xA6;
  in.edi = 0xA7;
  in.esp = (uint32_t)frame_words;
  run(push_all);
  expect_done();
  const uint32_t expected[] = {0xA7, 0xA6, 0xA5, (uint32_t)frame_words, 0xA3, 0xA2, 0xA1, 0xA0};
  for (int n = 0; n < 8; n++) expect_equal("pushed", frame_words[n - 8], expected[n]);
}

RULE(popa_skips_esp, NEEDS_FLAT, "SDM vol. 2, POPAD: the ESP of the image is not loaded") {
  SNIPPET(pop_all, "", "popal", "");
  for (uint32_t n = 0; n < 8; n++) frame_words[n] = 0xB0 + n;
  in.esp = (uint32_t)frame_words;
  run(pop_all);
  expect_done();
  expect_equal("EDI", event.edi, 0xB0);
  expect_equal("EBX", event.ebx, 0xB4);
  expect_equal("EAX", event.eax, 0xB7);
  expect_equal("ESP", event.esp + 12, (uint32_t)&frame_words[8]);
}
