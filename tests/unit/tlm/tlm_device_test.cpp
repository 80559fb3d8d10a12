// TLM-2.0 targets in the interpreter's machine: a user's module does there what a plain device
// does, cycle by cycle, and so does a shell of the project.
#include "models/tlm/tlm_device.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "models/uart/uart_tlm.h"
#include "platform/run_control.h"
#include "platform/software_machine.h"
#include "tests/support/fresh_simulation.h"
#include "tests/support/interpreter_machine.h"
#include "tests/unit/tlm/alarm.h"

namespace strata {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t kHz = 25'000'000;
using test::kPeriod;
constexpr unsigned kIrq = 5;
constexpr BusWindow kAlarmPorts[] = {{kIoSpace, 0x2E0, 0x2E7, 0, 0}};
constexpr BusWindow kUartPorts[] = {{kIoSpace, 0x2E8, 0x2EF, 0, 0}};

// 16-bit code at 0:7C00 with a boot ROM that jumps there.
GuestImage guest_of(Bytes code) {
  GuestImage guest;
  guest.rom.assign(0x1000, 0xF4);
  const Bytes jump = {0xEA, 0x00, 0x7C, 0x00, 0x00};  // jmp 0:7C00
  std::copy(jump.begin(), jump.end(), guest.rom.begin() + 0xFF0);
  guest.memory.push_back({0x7C00, std::move(code)});
  return guest;
}

// Waits in HLT for three alarms, 10 us apart; the handler notes the device's time at 0:600.
Bytes alarm_code() {
  Bytes code = {0xFA, 0x31, 0xC0, 0x8E, 0xD8, 0x8E, 0xD0,  // cli; xor ax,ax; mov ds,ax; mov ss,ax
                0xBC, 0x00, 0x7C,                          // mov sp,7C00h
                0xBF, 0x00, 0x06,                          // mov di,600h
                0xC7, 0x06, 0x34, 0x00, 0x80, 0x7C,        // mov word [34h],7C80h (vector 13)
                0xC7, 0x06, 0x36, 0x00, 0x00, 0x00,        // mov word [36h],0
                0xB0, 0x11, 0xE6, 0x20,                    // ICW1
                0xB0, 0x08, 0xE6, 0x21,                    // ICW2: vectors from 8
                0xB0, 0x04, 0xE6, 0x21,                    // ICW3
                0xB0, 0x01, 0xE6, 0x21,                    // ICW4
                0xB0, 0xDF, 0xE6, 0x21,                    // all masked but line 5
                0xBA, 0xE0, 0x02,                          // mov dx,2E0h
                0x66, 0xB8, 0x0A, 0x00, 0x00, 0x00,        // mov eax,10
                0x66, 0xEF,                                // out dx,eax
                0xFB,                                      // sti
                0xF4, 0xEB, 0xFD};                         // hlt; jmp to it
  code.resize(0x80, 0xF4);
  const Bytes handler = {0xBA, 0xE4, 0x02, 0x66, 0xED,   // mov dx,2E4h; in eax,dx
                         0x66, 0x89, 0x05,               // mov [di],eax
                         0x83, 0xC7, 0x04,               // add di,4
                         0xB0, 0x20, 0xE6, 0x20,         // EOI
                         0x81, 0xFF, 0x0C, 0x06,         // cmp di,60Ch
                         0x74, 0x01, 0xCF,               // je done; iret
                         0x66, 0xA1, 0x00, 0x06,         // done: mov eax,[600h]
                         0x66, 0x8B, 0x1E, 0x04, 0x06,   // mov ebx,[604h]
                         0x66, 0x8B, 0x0E, 0x08, 0x06,   // mov ecx,[608h]
                         0xB0, 0x07, 0xE6, 0xF4, 0xF4};  // mov al,7; out F4h,al
  code.insert(code.end(), handler.begin(), handler.end());
  return code;
}

// Sends "ok" through the UART at 2E8h, waiting for THRE and at the end for TEMT.
Bytes uart_code() {
  return {0xBA, 0xEB, 0x02, 0xB0, 0x03, 0xEE,  // mov dx,2EBh (LCR); mov al,3; out dx,al: 8 bits
          0xBA, 0xED, 0x02,                    // mov dx,2EDh (LSR)
          0xBE, 0x2C, 0x7C,                    // mov si,7C2Ch (the text)
          0x31, 0xC0, 0x8E, 0xD8,              // xor ax,ax; mov ds,ax
          0xB9, 0x02, 0x00,                    // mov cx,2
          0xEC, 0xA8, 0x20, 0x74, 0xFB,        // next: in al,dx; test al,20h; jz next
          0xBA, 0xE8, 0x02,                    // mov dx,2E8h (THR)
          0xAC, 0xEE,                          // lodsb; out dx,al
          0xBA, 0xED, 0x02,                    // mov dx,2EDh
          0xE2, 0xF1,                          // loop next
          0xEC, 0xA8, 0x40, 0x74, 0xFB,        // in al,dx; test al,40h; jz
          0xB0, 0x07, 0xE6, 0xF4, 0xF4,        // mov al,7; out F4h,al
          'o',  'k'};
}

class TlmDeviceTest : public testing::Test {
 protected:
  void make(Bytes code) {
    guest = guest_of(std::move(code));
    MachineConfig config;
    config.guest = &guest;
    config.clock_hz = kHz;
    auto made = make_software_machine(config, test::make_interpreter);
    ASSERT_TRUE(made.ok());
    machine = std::move(*made);
  }

  RunOutcome run(Cycle limit = 1'000'000) {
    RunControl control({.max_cycles = limit, .timeout = {}});
    return machine->run(control);
  }

  // A machine of its own with the plain alarm.
  void run_plain_alarm() {
    make(alarm_code());
    test::AlarmDevice alarm(kHz, machine->irq(kIrq));
    machine->plug(alarm, kAlarmPorts);
    ASSERT_EQ(run().status, 7);
    note();
  }

  void note() {
    cycles.push_back(machine->cycles());
    instructions.push_back(machine->instructions());
    states.push_back(machine->state());
  }

  void expect_all_equal() const {
    for (std::size_t i = 1; i < cycles.size(); ++i) {
      EXPECT_EQ(cycles[i], cycles[0]);
      EXPECT_EQ(instructions[i], instructions[0]);
      EXPECT_EQ(states[i], states[0]);
    }
  }

  test::FreshSimulation simulation;
  GuestImage guest;
  std::unique_ptr<SoftwareMachine> machine;
  std::vector<Cycle> cycles;
  std::vector<std::uint64_t> instructions;
  std::vector<CpuState> states;
};

// The user's part: three lines to plug it in.
struct PluggedAlarm {
  explicit PluggedAlarm(SoftwareMachine& machine)
      : module("alarm"), device("alarm_device", kPeriod, machine.irq(kIrq)) {
    device.initiator_socket.bind(module.socket);
    device.irq(module.irq);
    machine.plug(device, kAlarmPorts);
  }
  test::AlarmModule module;
  TlmDevice device;
};

TEST_F(TlmDeviceTest, AUsersModuleDoesWhatAPlainDeviceDoes) {
  run_plain_alarm();
  make(alarm_code());
  PluggedAlarm alarm(*machine);
  const RunOutcome outcome = run();
  EXPECT_EQ(outcome.end, RunEnd::kExited);
  EXPECT_EQ(outcome.status, 7);
  note();
  expect_all_equal();

  // The OUT is the 22nd instruction, in cycle 21; 10 us are 250 cycles.
  ASSERT_EQ(alarm.module.alarms.size(), 3u);
  EXPECT_EQ(alarm.module.alarms[0], kPeriod * (21 + 250));
  EXPECT_EQ(alarm.module.alarms[1], kPeriod * (21 + 500));
  EXPECT_EQ(alarm.module.alarms[2], kPeriod * (21 + 750));
  // Each handler reads the time two cycles after its alarm: 10.92, 20.92 and 30.92 us.
  const CpuState state = machine->state();
  EXPECT_EQ(state.gpr[kEbx], 20u);
  EXPECT_EQ(state.gpr[kEcx], 30u);
}

TEST_F(TlmDeviceTest, RunInPiecesItDoesTheSame) {
  make(alarm_code());
  PluggedAlarm alarm(*machine);
  RunOutcome outcome;
  Cycle limit = 0;
  do {
    limit += 7;
    outcome = run(limit);
  } while (outcome.end == RunEnd::kCycleLimit);
  EXPECT_EQ(outcome.status, 7);
  note();
  run_plain_alarm();
  expect_all_equal();
}

TEST_F(TlmDeviceTest, MachineTimeCanBeSetBackWhileTheKernelGoesOn) {
  make(alarm_code());
  PluggedAlarm alarm(*machine);
  ASSERT_EQ(run(100).end, RunEnd::kCycleLimit);  // the alarm is not set yet or has not come
  alarm.device.on_reset([&] { alarm.module.irq.write(false); });
  ASSERT_EQ(run(300).end, RunEnd::kCycleLimit);
  const sc_core::sc_time before = sc_core::sc_time_stamp();
  EXPECT_GE(before, kPeriod * 250);
  machine->reset();
  EXPECT_EQ(machine->cycles(), 0u);
  run(10);
  EXPECT_GE(sc_core::sc_time_stamp(), before);
  EXPECT_LE(sc_core::sc_time_stamp(), before + kPeriod * 10);
}

// At cycle 0, too, where a reset would take away what has been loaded.
TEST_F(TlmDeviceTest, ATargetsStateGoesWithTheMachines) {
  make(alarm_code());
  PluggedAlarm alarm(*machine);
  std::uint8_t held = 1;
  alarm.device.on_reset([&] { held = 0; });
  alarm.device.on_state([&] { return StateBytes{held}; },
                        [&](std::span<const std::uint8_t> bytes) {
                          if (bytes.size() != 1) return false;
                          held = bytes[0];
                          return true;
                        });
  for (const Cycle cycle : {Cycle{0}, Cycle{100}}) {
    ASSERT_EQ(run(cycle).end, RunEnd::kCycleLimit);
    held = 0x5A;
    const MachineState state = machine->save_state();
    ASSERT_EQ(state.cycle, cycle);
    held = 2;
    ASSERT_FALSE(machine->load_state(state).has_value());
    EXPECT_EQ(held, 0x5A) << cycle;
  }
  machine->reset();
  EXPECT_EQ(held, 0);
}

TEST_F(TlmDeviceTest, ATargetThatSaysNoStateCannotBeLoaded) {
  make(alarm_code());
  PluggedAlarm alarm(*machine);
  const MachineState state = machine->save_state();
  const auto error = machine->load_state(state);
  ASSERT_TRUE(error.has_value());
  EXPECT_NE(error->message.find("plugged0"), std::string::npos) << error->message;
}

TEST_F(TlmDeviceTest, ATargetThatWaitsIsWaitedFor) {
  make(alarm_code());
  PluggedAlarm alarm(*machine);
  alarm.module.latency = sc_core::sc_time(1, sc_core::SC_US);
  EXPECT_EQ(run().status, 7);
  ASSERT_GE(alarm.module.alarms.size(), 3u);
  EXPECT_EQ(alarm.module.alarms[1] - alarm.module.alarms[0], sc_core::sc_time(10, sc_core::SC_US));
}

TEST_F(TlmDeviceTest, ATargetThatNeverAnswersReadsAllOnes) {
  test::AlarmModule module("alarm");
  TlmDevice device("device", kPeriod);
  device.initiator_socket.bind(module.socket);
  module.stuck = true;
  EXPECT_EQ(device.read(4, 4, 10), 0xFFFFFFFFu);
  device.write(0, 4, 10, 20);
  EXPECT_EQ(device.read(4, 4, 30), 0xFFFFFFFFu);
  EXPECT_EQ(device.next_event(), kNever);
}

TEST_F(TlmDeviceTest, WhatATargetRefusesReadsAllOnes) {
  test::AlarmModule module("alarm");
  TlmDevice device("device", kPeriod);
  device.initiator_socket.bind(module.socket);
  EXPECT_EQ(device.read(4, 1, 0), 0xFFu);
  EXPECT_EQ(device.read(4, 2, 0), 0xFFFFu);
  EXPECT_EQ(device.read(4, 4, 100), 4u);  // 100 cycles of 40 ns
}

TEST_F(TlmDeviceTest, AnEventBetweenTwoCyclesBelongsToTheSecond) {
  test::AlarmModule module("alarm");
  TlmDevice device("device", sc_core::sc_time(300, sc_core::SC_NS));
  device.initiator_socket.bind(module.socket);
  EXPECT_EQ(device.next_event(), 0u) << "the kernel has not started";
  device.write(0, 4, 1, 0);  // 1 us is 3.33 cycles
  EXPECT_EQ(device.next_event(), 4u);
  device.advance(4);
  EXPECT_EQ(module.alarms.size(), 1u);
  EXPECT_EQ(module.alarms[0], sc_core::sc_time(1, sc_core::SC_US));
  EXPECT_EQ(device.next_event(), 7u);
}

TEST_F(TlmDeviceTest, AShellOfTheProjectDoesWhatItsCoreDoes) {
  std::string plain_text;
  make(uart_code());
  UartCore core(kHz, [&](std::uint8_t byte) { plain_text += static_cast<char>(byte); }, {});
  machine->plug(core, kUartPorts);
  ASSERT_EQ(run(10'000'000).status, 7);
  note();
  EXPECT_EQ(plain_text, "ok");

  std::string text;
  make(uart_code());
  UartTlm shell(
      "uart", kHz, [&](std::uint8_t byte) { text += static_cast<char>(byte); }, kPeriod);
  TlmDevice device("device", kPeriod);
  device.initiator_socket.bind(shell.target_socket);
  sc_core::sc_signal<bool> irq;
  shell.irq(irq);
  device.irq(irq);
  machine->plug(device, kUartPorts);
  ASSERT_EQ(run(10'000'000).status, 7);
  note();
  EXPECT_EQ(text, "ok");
  expect_all_equal();
}

}  // namespace
}  // namespace strata
