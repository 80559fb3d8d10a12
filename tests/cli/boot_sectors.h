// Guests of a few instructions, as 16-bit machine code in a boot sector (Intel SDM vol. 2,
// opcodes).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace strata::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes boot_sector(Bytes code) {
  code.resize(512);
  code[510] = 0x55;
  code[511] = 0xAA;
  return code;
}

/// mov al,status; out F4h,al; cli; hlt
inline Bytes exit_guest(std::uint8_t status) {
  return boot_sector({0xB0, status, 0xE6, 0xF4, 0xFA, 0xF4});
}

/// cli; vector 6 = 0:7C20; bswap eax; exits with 1, or with 6 from the handler: not on a 386
inline Bytes bswap_guest() {
  Bytes code = {0xFA, 0x31, 0xC0, 0x8E, 0xD8,         // cli; xor ax,ax; mov ds,ax
                0xC7, 0x06, 0x18, 0x00, 0x20, 0x7C,   // mov word [18h],7C20h
                0xA3, 0x1A, 0x00,                     // mov [1Ah],ax
                0x66, 0x0F, 0xC8,                     // bswap eax
                0xB0, 0x01, 0xE6, 0xF4, 0xFA, 0xF4};  // mov al,1; out F4h,al
  code.resize(0x20, 0xF4);
  code.insert(code.end(), {0xB0, 0x06, 0xE6, 0xF4, 0xFA, 0xF4});  // mov al,6; out F4h,al
  return boot_sector(code);
}

/// cpuid leaf 1; exits with the family, EAX bits 11:8
inline Bytes cpuid_guest() {
  return boot_sector({0x66, 0xB8, 0x01, 0x00, 0x00, 0x00, 0x0F, 0xA2,    // mov eax,1; cpuid
                      0x88, 0xE0, 0x24, 0x0F, 0xE6, 0xF4, 0xFA, 0xF4});  // mov al,ah; and al,15
}

/// A test ROM of `kib` KiB that reports to port 190h: 1 from below 4 GiB, 2 from below 1 MiB, its
/// first byte (5A), 3 in the upper byte of a word written to port 18Fh; then it stops.
inline Bytes post_rom(std::size_t kib) {
  Bytes rom(kib * 1024, 0xF4);
  rom[0] = 0x5A;
  const std::size_t segment = rom.size() - 0x10000;  // F000:0000
  const auto place = [&](std::size_t offset, const Bytes& code) {
    std::copy(code.begin(), code.end(),
              rom.begin() + static_cast<std::ptrdiff_t>(segment + offset));
  };
  const auto first =
      static_cast<std::uint8_t>((0x100000 - kib * 1024) >> 12);  // selector's top byte
  place(0xFFF0, {0xE9, 0x0D, 0x01});                             // jmp 0100, EIP as below 4 GiB
  place(0x0100, {0xBA, 0x90, 0x01, 0xB0, 0x01, 0xEE,             // mov dx,190h; mov al,1; out dx,al
                 0xEA, 0x00, 0x02, 0x00, 0xF0});                 // jmp F000:0200
  place(0x0200, {0xB0, 0x02, 0xEE,                               // mov al,2; out dx,al
                 0xB8, 0x00, first, 0x8E, 0xD8, 0xA0, 0x00, 0x00, 0xEE,  // ds: the first byte
                 0x4A, 0xB8, 0x77, 0x03, 0xEF,  // dec dx; mov ax,0377h; out dx,ax
                 0xFA, 0xF4});                  // cli; hlt
  return rom;
}

/// jmp $
inline Bytes endless_guest() {
  return boot_sector({0xEB, 0xFE});
}

/// Writes "x\n" to the debug console for ever.
inline Bytes chatting_guest() {
  return boot_sector({0xB0, 'x', 0xE6, 0xE9, 0xB0, '\n', 0xE6, 0xE9, 0xEB, 0xF6});
}

/// cli; hlt
inline Bytes halting_guest() {
  return boot_sector({0xFA, 0xF4});
}

/// IRQ 0 every 50 timer clocks, the only one unmasked, and IF clear; HLT after a while
inline Bytes halt_with_interrupt_guest() {
  return boot_sector({0xFA, 0xB0, 0x11, 0xE6, 0x20, 0xB0, 0x08, 0xE6, 0x21,  // cli; ICW1, ICW2
                      0xB0, 0x04, 0xE6, 0x21, 0xB0, 0x01, 0xE6, 0x21,        // ICW3, ICW4
                      0xB0, 0xFE, 0xE6, 0x21,                                // OCW1
                      0xB0, 0x34, 0xE6, 0x43, 0xB0, 0x32, 0xE6, 0x40,        // counter 0, mode 2
                      0xB0, 0x00, 0xE6, 0x40,                                // 0032h
                      0xB9, 0x00, 0x10, 0xE2, 0xFE, 0xF4});                  // loop $; hlt
}

/// All lines masked; counter 0 in mode 0 counts 50 clocks, once, and counter 2 a square wave. After
/// 256 * `delay` + 1 rounds of a loop PUSHA fills the store buffer, and HLT follows with IF set,
/// again and again.
inline Bytes halt_with_expired_timer_guest(std::uint8_t delay = 0) {
  const std::uint8_t ch = delay;
  return boot_sector({0xFA, 0xB0, 0xFF, 0xE6, 0x21, 0xE6, 0xA1,        // cli; OCW1 of both
                      0xB0, 0xB6, 0xE6, 0x43, 0xB0, 0x64, 0xE6, 0x42,  // counter 2, mode 3
                      0xB0, 0x00, 0xE6, 0x42,                          // 0064h
                      0xB0, 0x30, 0xE6, 0x43, 0xB0, 0x32, 0xE6, 0x40,  // counter 0, mode 0
                      0xB0, 0x00, 0xE6, 0x40,                          // 0032h
                      0xB9, 0x01, ch,   0xE2, 0xFE,                    // mov cx, ...; loop $
                      0xFB, 0x60, 0xF4, 0xEB, 0xFC});                  // sti; pusha; hlt; again
}

/// With 1 MiB of RAM: stores to ROM and past it, reads both; exits with what past the end reads
inline Bytes unclaimed_guest() {
  return boot_sector({0xB8, 0xFF, 0xFF, 0x8E, 0xD8,                          // ds = FFFF
                      0x66, 0xC7, 0x06, 0x00, 0x00, 0x78, 0x56, 0x34, 0x12,  // [FFFF0], ROM
                      0x66, 0xA1, 0x00, 0x00,                                // eax, of it
                      0x66, 0xA3, 0x0D, 0x00,        // [FFFFD]: ROM and the hole behind it
                      0x66, 0xA3, 0x20, 0x01,        // [100110]: the hole
                      0x83, 0x06, 0x30, 0x01, 0x01,  // add word [100120],1
                      0x66, 0xA1, 0x21, 0x01,        // eax, [100111]
                      0xE6, 0xF4, 0xFA, 0xF4});      // out F4h,al
}

/// lidt [7C20h] (limit 0); CR0.PE = 1; int3: its vector lies past the table, and so do those of
/// what follows. In protected mode, because the KVM of some hosts ignores the limit in real mode.
inline Bytes triple_fault_guest() {
  return boot_sector(
      {0xFA, 0x0F, 0x01, 0x1E, 0x20, 0x7C, 0x0F, 0x20, 0xC0, 0x0C, 0x01, 0x0F, 0x22, 0xC0, 0xCC});
}

/// Writes "hi\n" to the debug console and "com\n" to the serial port, 'Z' in the screen's first
/// cell; exits with 0.
inline Bytes talking_guest() {
  return boot_sector({
      0xB0, 'h',  0xE6, 0xE9, 0xB0, 'i',  0xE6, 0xE9, 0xB0, '\n', 0xE6, 0xE9,  // port E9
      0xBA, 0xFB, 0x03, 0xB0, 0x03, 0xEE,                                      // LCR: 8N1
      0xBA, 0xFA, 0x03, 0xB0, 0x01, 0xEE,                                      // FCR: FIFO on
      0xBA, 0xF8, 0x03, 0xB0, 'c',  0xEE, 0xB0, 'o',  0xEE, 0xB0, 'm',  0xEE,
      0xB0, '\n', 0xEE, 0xB8, 0x00, 0xB8, 0x8E, 0xC0,  // mov ax,B800h; mov es,ax
      0x26, 0xC6, 0x06, 0x00, 0x00, 'Z',               // mov byte es:[0],'Z'
      0xB9, 0x00, 0x80, 0xE2, 0xFE,  // mov cx,8000h; loop $: lets the bytes go out
      0xB0, 0x00, 0xE6, 0xF4, 0xFA, 0xF4,
  });
}

/// Writes 256 words A55Ah to sector 5 of the disk by PIO, says "W\n" on the debug console, then
/// loops for ever.
inline Bytes disk_writing_guest() {
  return boot_sector({
      0xBA, 0xF6, 0x01, 0xB0, 0xE0, 0xEE,                                      // 1F6: LBA, device 0
      0xBA, 0xF2, 0x01, 0xB0, 0x01, 0xEE,                                      // 1F2: one sector
      0x42, 0xB0, 0x05, 0xEE,                                                  // 1F3: LBA 5
      0x42, 0x30, 0xC0, 0xEE, 0x42, 0xEE,                                      // 1F4, 1F5: 0
      0xBA, 0xF7, 0x01, 0xB0, 0x30, 0xEE,                                      // 1F7: WRITE SECTORS
      0xEC, 0xA8, 0x08, 0x74, 0xFB,                                            // until DRQ
      0xBA, 0xF0, 0x01, 0xB9, 0x00, 0x01, 0xB8, 0x5A, 0xA5, 0xEF, 0xE2, 0xFD,  // out dx,ax; loop
      0xBA, 0xF7, 0x01, 0xEC, 0xA8, 0x80, 0x75, 0xFB,                          // until not BSY
      0xB0, 'W',  0xE6, 0xE9, 0xB0, '\n', 0xE6, 0xE9, 0xEB, 0xFE,
  });
}

/// Writes sector 5 again and again, each time with "W\n" on the debug console; at the first error
/// (ERR, bit 0 of Status; ATA/ATAPI-6, 7.15.6.7) says "E\n" and exits with 41.
inline Bytes disk_beating_guest() {
  Bytes code = {
      0xBA, 0xF6, 0x01, 0xB0, 0xE0, 0xEE,                    // 1F6: LBA, device 0
      0xBA, 0xF2, 0x01, 0xB0, 0x01, 0xEE,                    // 1F2: one sector
      0x42, 0xB0, 0x05, 0xEE,                                // 1F3: LBA 5
      0x42, 0x30, 0xC0, 0xEE, 0x42, 0xEE,                    // 1F4, 1F5: 0
      0xBA, 0xF7, 0x01, 0xB0, 0x30, 0xEE,                    // 1F7: WRITE SECTORS
      0xEC, 0xA8, 0x80, 0x75, 0xFB, 0xA8, 0x01, 0x75, 0x00,  // not BSY; ERR: error
      0xBA, 0xF0, 0x01, 0xB9, 0x00, 0x01, 0xB8, 0x5A, 0xA5, 0xEF, 0xE2, 0xFD,  // out dx,ax; loop
      0xBA, 0xF7, 0x01, 0xEC, 0xA8, 0x80, 0x75, 0xFB, 0xA8, 0x01, 0x75, 0x00,  // the same
      0xB0, 'W',  0xE6, 0xE9, 0xB0, '\n', 0xE6, 0xE9, 0xEB, 0x00};
  const std::size_t error = code.size();
  code[36] = static_cast<std::uint8_t>(error - 37);
  code[60] = static_cast<std::uint8_t>(error - 61);
  code[error - 1] = static_cast<std::uint8_t>(-static_cast<int>(error));
  code.insert(code.end(), {0xB0, 'E', 0xE6, 0xE9, 0xB0, '\n', 0xE6, 0xE9, 0xB0, 41, 0xE6, 0xF4});
  return boot_sector(code);
}

}  // namespace strata::test
