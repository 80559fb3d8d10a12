// The 8042 keyboard controller of an AT with a PS/2 mouse port, and the keyboard of 102 keys behind it (IBM PS/2
// Hardware Interface Technical Reference), as a Wishbone slave of two words: lane 0 of the first is port 60, data,
// lane 0 of the second is port 64, status when read and command when written. The other lanes read all ones.
//
// Latency: an access sampled at edge n is acked after edge n. A tick sampled at edge n, a bit on the keyboard's line,
// shows after edge n; where an access falls on the same edge it reads what was before, and what it writes wins. The
// controller looks at what was written at the next tick, and answers at it. A byte takes KEYBOARD_BYTE_TICKS either
// way; the keyboard starts none while the output buffer is full or it is disabled, and starts again with one that an
// answer of the controller cuts off.
//
// Nothing is plugged into the mouse port: what D4 sends there is not clocked out, and KEYBOARD_TIMEOUT_TICKS later
// FE is in the output buffer, with bits 5 and 6 of the status. The mouse's interrupt is not wired.
//
// Left out: commands A5, A6, AC, C1 and C2 do nothing; a pulse (F0 to FF) moves no other line than that of the
// reset; the keyboard takes no scan code set 3 and no codes that depend on Num Lock or Shift; of keys that come
// while sixteen wait nothing is left.
//
// Load and unload port: load_valid_i replaces the state at the clock's edge; between two accesses only.
// state_o is the state at the latest rising edge of unload_clk_i, which no other register sees: being asked
// changes nothing.
module keyboard
  import keyboard_codes_pkg::*;
  import keyboard_state_pkg::*;
  import memory_map_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // Wishbone slave
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic        wb_adr_i,  // word of the block
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // the line's clock: high at the CPU clock edges its ticks fall on; may be left out while idle_o is high
    input logic tick_i,

    // the switches: keys that go down or up at this edge, the first in the lowest place
    input key_code_t [KEYS_AT_ONCE-1:0] key_i,

    // to the interrupt controllers, the memory and the reset
    output logic irq_o,   // IRQ 1
    output logic a20_o,
    output logic reset_o, // asked for at the latest edge

    // load and unload port
    input  logic            load_valid_i,
    input  keyboard_state_t load_state_i,
    input  logic            unload_clk_i,
    output keyboard_state_t state_o,

    // to the clock control: no tick changes anything before the next access or key
    output logic idle_o
);

  // Status
  localparam int unsigned OUTPUT_FULL = 0;
  localparam int unsigned INPUT_FULL = 1;
  localparam int unsigned SYSTEM = 2;  // of the command byte, too
  localparam int unsigned COMMAND = 3;
  localparam int unsigned MOUSE = 5;
  localparam int unsigned TIMED_OUT = 6;
  localparam logic [7:0] STATUS_BITS = 8'h6B;  // that are registers
  localparam logic [7:0] NOT_LOCKED = 8'h10;

  // Command byte
  localparam int unsigned INTERRUPTS = 0;
  localparam int unsigned DISABLED = 4;
  localparam int unsigned MOUSE_DISABLED = 5;
  localparam int unsigned TRANSLATES = 6;

  // Output port
  localparam int unsigned NO_RESET = 0;
  localparam int unsigned A20 = 1;
  localparam logic [7:0] INTERRUPT_LINES = 8'h30;

  // Commands of the keyboard that have an argument
  localparam logic [7:0] SET_LEDS = 8'hED;
  localparam logic [7:0] SCAN_CODE_SET = 8'hF0;
  localparam logic [7:0] SET_RATE = 8'hF3;

  // Its answers
  localparam logic [7:0] ACKNOWLEDGE = 8'hFA;
  localparam logic [7:0] RESEND = 8'hFE;
  localparam logic [7:0] TEST_PASSED = 8'hAA;

  localparam logic [7:0] BREAK = 8'hF0;
  localparam logic [7:0] DEFAULT_RATE = 8'h2B;  // after 500 ms 10.9 a second
  localparam logic [15:0] QUARTER_SECOND = 16'(KEYBOARD_HZ / 4);
  localparam logic [15:0] RATE_UNIT = 16'(KEYBOARD_HZ / 240);
  localparam int unsigned Keys = 16;
  localparam int unsigned Answers = 4;

  typedef struct packed {
    // the controller
    logic [7:0] status;
    logic [7:0] out_buffer;
    logic [7:0] in_buffer;
    logic [7:0] parameter_of;  // the command that waits for its parameter; 0: none
    logic [7:0] output_port;
    logic       breaking;      // the translator has seen F0
    logic [7:0] sent;          // the byte on its way to the keyboard or the mouse
    logic       to_mouse;
    logic [7:0] send_left;     // ticks; 0: nothing is on its way
    logic [7:0] receive_left;  // ticks of the byte from the keyboard
    logic [31:0][7:0] memory;  // byte 0 is the command byte

    // the keyboard
    logic [7:0]  argument;  // the command that waits for its argument; 0: none
    logic [7:0]  leds;
    logic [7:0]  rate;      // typematic
    logic [7:0]  scan_set;
    logic        scanning;
    logic [7:0]  last;      // the byte it sent last
    logic [15:0] test_left; // ticks of its self test
    logic [15:0] repeated;  // the key that repeats; 0: none
    logic [15:0] repeat_left;
    logic [2:0]  answer_count;
    logic [4:0]  key_count;
    logic [7:0]  step;      // bytes of the first key that are sent
    logic [Answers-1:0][7:0] answers;  // the next one lowest
    logic [Keys-1:0][15:0]   keys;     // likewise

    // at the latest edge: a byte has come into the output buffer, a reset was asked for
    logic output_came;
    logic reset;
  } state_t;

  state_t state_q;

  // "Set typematic rate/delay"
  function automatic logic [15:0] delay_of(logic [1:0] delay);
    return QUARTER_SECOND * (16'd1 + {14'd0, delay});
  endfunction

  function automatic logic [15:0] period_of(logic [4:0] rate);
    return RATE_UNIT * ({13'd1, rate[2:0]} << rate[4:3]);
  endfunction


  //////////////////
  // The keyboard //
  //////////////////

  function automatic state_t answered(state_t s, logic [7:0] value);
    if (s.answer_count != 3'(Answers)) begin
      s.answers[s.answer_count[1:0]] = value;
      s.answer_count = s.answer_count + 3'd1;
    end
    return s;
  endfunction

  function automatic state_t without_keys(state_t s);
    s.keys        = '0;
    s.key_count   = '0;
    s.step        = '0;
    s.repeated    = '0;
    s.repeat_left = '0;
    return s;
  endfunction

  function automatic state_t pushed(state_t s, logic [15:0] key);
    if (s.key_count != 5'(Keys)) begin
      s.keys[s.key_count[3:0]] = key;
      s.key_count = s.key_count + 5'd1;
    end
    return s;
  endfunction

  function automatic state_t pressed(state_t s, key_code_t key);
    if (s.scanning && key != '0) begin
      s = pushed(s, {5'd0, key});
      if (!key.up && key.prefix != PrefixE1) begin
        s.repeated    = {5'd0, key};
        s.repeat_left = delay_of(s.rate[6:5]);
      end else if (!key.up || s.repeated == {6'd0, key.prefix, key.code}) begin
        s.repeated    = '0;
        s.repeat_left = '0;
      end
    end
    return s;
  endfunction

  function automatic state_t keyboard_ticked(state_t s);
    if (s.test_left != '0) begin
      s.test_left = s.test_left - 16'd1;
      if (s.test_left == '0) begin
        s.scanning = 1'b1;
        s = answered(s, TEST_PASSED);
      end
    end
    if (s.repeated != '0) begin
      s.repeat_left = s.repeat_left - 16'd1;
      if (s.repeat_left == '0) begin
        s.repeat_left = period_of(s.rate[4:0]);
        if (s.key_count == '0) s = pushed(s, s.repeated);
      end
    end
    return s;
  endfunction

  function automatic state_t commanded(state_t s, logic [7:0] value);
    unique case (value)
      8'hEE: return answered(s, value);
      8'hFE: return answered(s, s.last);
      8'hEF, 8'hF1: return answered(s, RESEND);
      default: if (value < SET_LEDS) return answered(s, RESEND);
    endcase
    s = answered(s, ACKNOWLEDGE);
    unique case (value)
      SET_LEDS, SCAN_CODE_SET, SET_RATE: s.argument = value;
      8'hF2: begin  // identify
        s = answered(s, 8'hAB);
        s = answered(s, 8'h83);
      end
      8'hF4: begin  // enable
        s = without_keys(s);
        s.scanning = 1'b1;
      end
      8'hF5, 8'hF6: begin  // default disable, set default
        s = without_keys(s);
        s.rate = DEFAULT_RATE;
        if (value == 8'hF5) s.scanning = 1'b0;
      end
      8'hFF: begin  // reset
        s = without_keys(s);
        s.rate      = DEFAULT_RATE;
        s.scan_set       = 8'd2;
        s.leds      = '0;
        s.scanning  = 1'b0;
        s.test_left = 16'(KEYBOARD_TEST_TICKS);
      end
      default: ;  // of set 3, F7 to FD
    endcase
    return s;
  endfunction

  // A command or an argument has come from the controller.
  function automatic state_t told(state_t s, logic [7:0] value);
    logic [7:0] command;
    if (s.test_left != '0) return s;
    s.answer_count = '0;
    s.answers      = '0;
    command        = s.argument;
    s.argument     = '0;
    if (value >= SET_LEDS || command == '0 || (command == SCAN_CODE_SET && value > 8'd2)) return commanded(s, value);
    s = answered(s, ACKNOWLEDGE);
    unique case (command)
      SET_LEDS: s.leds = {5'd0, value[2:0]};
      SET_RATE: s.rate = {1'b0, value[6:0]};
      default: begin
        s = without_keys(s);
        if (value == '0) s = answered(s, s.scan_set);
        else s.scan_set = value;
      end
    endcase
    return s;
  endfunction

  // The next byte of a key: prefix, in set 2 F0 of one that goes up, code. It is in `last`.
  function automatic state_t key_sent(state_t s);
    key_code_t  key;
    logic       prefixed;
    logic       set1;
    logic [7:0] step;
    key      = s.keys[0][10:0];
    prefixed = key.prefix != PrefixNone;
    set1     = s.scan_set == 8'd1;
    step     = s.step;
    s.step   = step + 8'd1;
    if (prefixed && step == '0) begin
      s.last = key.prefix == PrefixE1 ? 8'hE1 : 8'hE0;
    end else if (key.up && !set1 && step == {7'd0, prefixed}) begin
      s.last = BREAK;
    end else begin
      s.last      = set1 ? set1_code(key.code) | {key.up, 7'd0} : key.code;
      s.keys      = {16'd0, s.keys[Keys-1:1]};
      s.key_count = s.key_count - 5'd1;
      s.step      = '0;
    end
    return s;
  endfunction

  function automatic state_t byte_sent(state_t s);
    if (s.answer_count == '0) return key_sent(s);
    s.last         = s.answers[0];
    s.answers      = {8'd0, s.answers[Answers-1:1]};
    s.answer_count = s.answer_count - 3'd1;
    return s;
  endfunction

  ////////////////////
  // The controller //
  ////////////////////

  function automatic state_t with_output(state_t s, logic [7:0] value, logic mouse, logic timed_out);
    s.out_buffer          = value;
    s.status[OUTPUT_FULL] = 1'b1;
    s.status[MOUSE]       = mouse;
    s.status[TIMED_OUT]   = timed_out;
    s.receive_left        = '0;
    s.output_came         = 1'b1;
    return s;
  endfunction

  function automatic state_t sending(state_t s, logic [7:0] value, logic to_mouse);
    s.sent         = value;
    s.to_mouse     = to_mouse;
    s.send_left    = to_mouse ? 8'(KEYBOARD_TIMEOUT_TICKS) : 8'(KEYBOARD_BYTE_TICKS);
    s.receive_left = '0;
    return s;
  endfunction

  // A byte has come from the keyboard.
  function automatic state_t received(state_t s);
    s = byte_sent(s);
    if (!s.memory[0][TRANSLATES]) return with_output(s, s.last, 1'b0, 1'b0);
    if (s.last == BREAK) begin
      s.breaking = 1'b1;
      return s;
    end
    s = with_output(s, set1_code(s.last) | {s.breaking, 7'd0}, 1'b0, 1'b0);
    s.breaking = 1'b0;
    return s;
  endfunction

  // Bits 4 and 5: the interrupt requests of keyboard and mouse.
  function automatic logic [7:0] output_port_of(logic [7:0] value, logic output_full, logic mouse);
    return value | {2'd0, output_full && mouse, output_full && !mouse, 4'd0};
  endfunction

  function automatic state_t controller_commanded(state_t s, logic [7:0] value);
    unique case (value) inside
      [8'h20 : 8'h3F]: s = with_output(s, s.memory[value[4:0]], 1'b0, 1'b0);
      [8'h60 : 8'h7F]: s.parameter_of = value;
      8'hA4: s = with_output(s, 8'hF1, 1'b0, 1'b0);         // no password is there
      8'hA7: s.memory[0][MOUSE_DISABLED] = 1'b1;
      8'hA8: s.memory[0][MOUSE_DISABLED] = 1'b0;
      8'hA9, 8'hAB: s = with_output(s, 8'h00, 1'b0, 1'b0);  // the lines are good
      8'hAA: begin
        s.memory[0][SYSTEM] = 1'b1;
        s = with_output(s, 8'h55, 1'b0, 1'b0);
      end
      8'hAD: begin
        s.memory[0][DISABLED] = 1'b1;
        s.receive_left = '0;
      end
      8'hAE: s.memory[0][DISABLED] = 1'b0;
      // not locked, a colour display, no jumper, memory on the board
      8'hC0: s = with_output(s, 8'hB0, 1'b0, 1'b0);
      8'hD0: begin
        s = with_output(s, output_port_of(s.output_port, s.status[OUTPUT_FULL], s.status[MOUSE]), 1'b0, 1'b0);
      end
      8'hD1, 8'hD2, 8'hD3, 8'hD4: s.parameter_of = value;
      8'hDD: s.output_port[A20] = 1'b0;
      8'hDF: s.output_port[A20] = 1'b1;
      8'hE0: s = with_output(s, {6'd0, 1'b1, !s.memory[0][DISABLED]}, 1'b0, 1'b0);  // data, clock
      [8'hF0 : 8'hFF]: s.reset = !value[NO_RESET];
      default: ;
    endcase
    return s;
  endfunction

  function automatic state_t with_parameter(state_t s, logic [7:0] value);
    logic [7:0] command;
    command        = s.parameter_of;
    s.parameter_of = '0;
    unique case (command)
      8'h00: begin
        s.memory[0][DISABLED] = 1'b0;
        s = sending(s, value, 1'b0);
      end
      8'hD1: begin
        s.output_port = value & ~INTERRUPT_LINES;
        s.reset       = !value[NO_RESET];
      end
      8'hD2: s = with_output(s, value, 1'b0, 1'b0);
      8'hD3: s = with_output(s, value, 1'b1, 1'b0);
      8'hD4: s = sending(s, value, 1'b1);
      default: begin
        s.memory[command[4:0]] = value;
        if (s.memory[0][DISABLED]) s.receive_left = '0;
      end
    endcase
    return s;
  endfunction

  // A byte for the keyboard or the mouse waits until the one before it is sent.
  function automatic state_t input_taken(state_t s);
    if (s.status[COMMAND]) begin
      s.status[INPUT_FULL] = 1'b0;
      s.parameter_of       = '0;
      return controller_commanded(s, s.in_buffer);
    end
    if (s.send_left != '0 && (s.parameter_of == '0 || s.parameter_of == 8'hD4)) return s;
    s.status[INPUT_FULL] = 1'b0;
    return with_parameter(s, s.in_buffer);
  endfunction

  function automatic state_t line_ticked(state_t s);
    if (s.send_left != '0) begin
      s.send_left = s.send_left - 8'd1;
      if (s.send_left != '0) return s;
      if (s.to_mouse) return with_output(s, RESEND, 1'b1, 1'b1);
      return told(s, s.sent);
    end
    if (s.receive_left != '0) begin
      s.receive_left = s.receive_left - 8'd1;
      if (s.receive_left == '0) return received(s);
    end
    return s;
  endfunction

  ////////////////////////
  // Ticks and accesses //
  ////////////////////////

  state_t state_d;
  logic   access;
  logic   first_lane;

  assign access     = wb_cyc_i && wb_stb_i && !wb_ack_o;
  assign first_lane = access && wb_sel_i[0];

  always_comb begin
    state_d             = state_q;
    state_d.output_came = 1'b0;
    state_d.reset       = 1'b0;
    if (tick_i) begin
      state_d = keyboard_ticked(state_d);
      state_d = line_ticked(state_d);
      if (state_d.status[INPUT_FULL]) state_d = input_taken(state_d);
      if (state_d.send_left == '0 && state_d.receive_left == '0 && !state_d.status[OUTPUT_FULL] &&
          !state_d.memory[0][DISABLED] && (state_d.answer_count != '0 || state_d.key_count != '0)) begin
        state_d.receive_left = 8'(KEYBOARD_BYTE_TICKS);
      end
    end
    if (first_lane && wb_we_i) begin
      state_d.in_buffer          = wb_dat_i[7:0];
      state_d.status[INPUT_FULL] = 1'b1;
      state_d.status[COMMAND]    = wb_adr_i;
    end
    if (first_lane && !wb_we_i && !wb_adr_i && state_q.status[OUTPUT_FULL] && !state_d.output_came) begin
      state_d.status[OUTPUT_FULL] = 1'b0;
    end
    for (int i = 0; i < int'(KEYS_AT_ONCE); i++) state_d = pressed(state_d, key_i[i]);
  end

  always_ff @(posedge clk_i) begin
    wb_ack_o <= access;
    if (access) begin
      wb_dat_o <= {24'hFFFFFF, wb_adr_i ? state_q.status | NOT_LOCKED | {5'd0, state_q.memory[0][SYSTEM], 2'd0} :
                                          state_q.out_buffer};
    end
    state_q <= state_d;

    if (load_valid_i) begin
      wb_ack_o             <= 1'b0;
      state_q.output_came  <= 1'b0;
      state_q.reset        <= 1'b0;
      state_q.status       <= load_state_i.status[7:0] & STATUS_BITS;
      state_q.out_buffer   <= load_state_i.out_buffer[7:0];
      state_q.in_buffer    <= load_state_i.in_buffer[7:0];
      state_q.parameter_of <= load_state_i.parameter_of[7:0];
      state_q.output_port  <= load_state_i.output_port[7:0] & ~INTERRUPT_LINES;
      state_q.breaking     <= load_state_i.breaking[0];
      state_q.sent         <= load_state_i.sent[7:0];
      state_q.to_mouse     <= load_state_i.to_mouse[0];
      state_q.send_left    <= load_state_i.send_left[7:0];
      state_q.receive_left <= load_state_i.answer_count == '0 && load_state_i.key_count == '0 ? '0 :
                              load_state_i.receive_left[7:0];
      state_q.memory       <= load_state_i.memory;
      state_q.argument     <= load_state_i.argument[7:0];
      state_q.leds         <= load_state_i.leds[7:0];
      state_q.rate         <= load_state_i.rate[7:0];
      state_q.scan_set          <= load_state_i.scan_set[7:0];
      state_q.scanning     <= load_state_i.scanning[0];
      state_q.last         <= load_state_i.last[7:0];
      state_q.test_left    <= load_state_i.test_left[15:0];
      state_q.repeated     <= load_state_i.repeated[15:0];
      state_q.repeat_left  <= load_state_i.repeat_left[15:0];
      state_q.answer_count <= load_state_i.answer_count > Answers ? 3'(Answers) : load_state_i.answer_count[2:0];
      state_q.key_count    <= load_state_i.key_count > Keys ? 5'(Keys) : load_state_i.key_count[4:0];
      state_q.step         <= load_state_i.step[7:0];
      state_q.answers      <= load_state_i.answers;
      for (int i = 0; i < int'(Keys); i++) state_q.keys[i] <= load_state_i.keys[i][15:0];
    end

    if (!rst_ni) begin
      wb_ack_o            <= 1'b0;
      state_q             <= '0;
      state_q.memory[0]   <= 8'h45;  // as a BIOS leaves it: guests may start without one
      state_q.output_port <= 8'hCF;
      state_q.rate        <= DEFAULT_RATE;
      state_q.scan_set         <= 8'd2;
      state_q.scanning    <= 1'b1;
    end
  end

  assign irq_o   = state_q.status[OUTPUT_FULL] && !state_q.status[MOUSE] && state_q.memory[0][INTERRUPTS];
  assign a20_o   = state_q.output_port[A20];
  assign reset_o = state_q.reset;

  assign idle_o  = !state_q.status[INPUT_FULL] && state_q.send_left == '0 && state_q.receive_left == '0 &&
                   state_q.test_left == '0 && state_q.repeated == '0 &&
                   (state_q.status[OUTPUT_FULL] || state_q.memory[0][DISABLED] ||
                    (state_q.answer_count == '0 && state_q.key_count == '0));

  always_ff @(posedge unload_clk_i) begin
    state_o.status       <= 32'(state_q.status);
    state_o.out_buffer   <= 32'(state_q.out_buffer);
    state_o.in_buffer    <= 32'(state_q.in_buffer);
    state_o.parameter_of <= 32'(state_q.parameter_of);
    state_o.output_port  <= 32'(state_q.output_port);
    state_o.breaking     <= 32'(state_q.breaking);
    state_o.sent         <= 32'(state_q.sent);
    state_o.to_mouse     <= 32'(state_q.to_mouse);
    state_o.send_left    <= 32'(state_q.send_left);
    state_o.receive_left <= 32'(state_q.receive_left);
    state_o.memory       <= state_q.memory;
    state_o.argument     <= 32'(state_q.argument);
    state_o.leds         <= 32'(state_q.leds);
    state_o.rate         <= 32'(state_q.rate);
    state_o.scan_set          <= 32'(state_q.scan_set);
    state_o.scanning     <= 32'(state_q.scanning);
    state_o.last         <= 32'(state_q.last);
    state_o.test_left    <= 32'(state_q.test_left);
    state_o.repeated     <= 32'(state_q.repeated);
    state_o.repeat_left  <= 32'(state_q.repeat_left);
    state_o.answer_count <= 32'(state_q.answer_count);
    state_o.key_count    <= 32'(state_q.key_count);
    state_o.step         <= 32'(state_q.step);
    state_o.answers      <= state_q.answers;
    for (int i = 0; i < int'(Keys); i++) state_o.keys[i] <= 32'(state_q.keys[i]);
  end

  logic unused;
  assign unused = ^{load_state_i, wb_sel_i[3:1], wb_dat_i[31:8]};
endmodule
