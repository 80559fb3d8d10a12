// The MC146818 clock with its memory, as an AT has it (Motorola data sheet), as a Wishbone slave of one word:
// lane 0 is port 70, the index and, in bit 7, the mask of the NMI (write only; reads all ones), lane 1 is
// port 71, the byte the index names. Of both written at once the index is the first.
//
// Latency: an access sampled at edge n is acked after edge n. A tick sampled at edge n shows after edge n; where
// an access falls on the same edge it reads what was before, and what it writes wins. A flag that would be set at
// the edge at which register C is read is held until the next one, so that irq_o falls, and a controller that
// looks for edges sees it (the successor DS12887 says so).
//
// The update of the time begins half a second after the divider has left reset, and then every second. UIP is 1
// from 244 us before it until its end, 1984 us after it began; time bytes are what they were until then, and may
// be read. Divider 2 (32.768 kHz) runs, 6 and 7 hold it in reset, with all others it stands still. Daylight saving
// (DSE) is kept but does nothing, there is no pin for the square wave, and the century at 32 is memory.
//
// Reset clears the interrupts' enables and flags and leaves time and memory as they are: what the battery has kept
// comes by the load port at power-on.
//
// Load and unload port: load_valid_i replaces the state at the clock's edge; between two accesses only.
// state_o is the state at the latest rising edge of unload_clk_i, which no other register sees: being asked
// changes nothing.
module rtc
  import rtc_calendar_pkg::*;
  import rtc_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // Wishbone slave
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // the crystal: high at the CPU clock edges its 32.768 kHz ticks fall on; may be left out while idle_o is high
    input logic rtc_clk_i,

    // to the interrupt controllers
    output logic irq_o,  // IRQF: IRQ 8

    // load and unload port
    input  logic       load_valid_i,
    input  rtc_state_t load_state_i,
    input  logic       unload_clk_i,
    output rtc_state_t state_o,

    // to the clock control: the divider does not run; no tick changes irq_o before the next access
    output logic idle_o,
    output logic steady_o
);

  // Addresses (data sheet, "address map").
  localparam logic [6:0] SECONDS = 7'h00;
  localparam logic [6:0] SECONDS_ALARM = 7'h01;
  localparam logic [6:0] MINUTES = 7'h02;
  localparam logic [6:0] MINUTES_ALARM = 7'h03;
  localparam logic [6:0] HOURS = 7'h04;
  localparam logic [6:0] HOURS_ALARM = 7'h05;
  localparam logic [6:0] WEEKDAY = 7'h06;
  localparam logic [6:0] DAY = 7'h07;
  localparam logic [6:0] MONTH = 7'h08;
  localparam logic [6:0] YEAR = 7'h09;
  localparam logic [6:0] REGISTER_A = 7'h0A;
  localparam logic [6:0] REGISTER_B = 7'h0B;
  localparam logic [6:0] REGISTER_C = 7'h0C;
  localparam logic [6:0] REGISTER_D = 7'h0D;

  // Register A
  localparam logic [2:0] DIVIDER_RUNS = 3'd2;

  // Register B, and C where it has the flag of the same name
  localparam int unsigned SET = 7;
  localparam int unsigned PERIODIC = 6;
  localparam int unsigned ALARM = 5;
  localparam int unsigned UPDATE = 4;
  localparam int unsigned SQUARE_WAVE = 3;
  localparam int unsigned BINARY = 2;
  localparam int unsigned HOURS_24 = 1;

  // The update, in ticks of the second ("update cycle times").
  localparam logic [14:0] UPDATE_BEGINS = 15'd16384;
  localparam logic [14:0] UPDATE_SOON = UPDATE_BEGINS - 15'd8;
  localparam logic [14:0] UPDATE_ENDS = UPDATE_BEGINS + 15'd65;

  logic [ 6:0] index_q;
  logic        nmi_off_q;
  logic [14:0] divider_q;
  logic [ 6:0] a_q;  // without UIP
  logic [ 7:0] b_q;
  logic [ 6:4] flags_q;
  logic [ 6:4] held_q;  // flags of the edge at which register C was read
  calendar_t   calendar_q;
  logic [ 7:0] seconds_alarm_q;
  logic [ 7:0] minutes_alarm_q;
  logic [ 7:0] hours_alarm_q;
  // What is no register; written in place by the one process that writes it.
  logic [ 7:0] ram[128];

  ///////////
  // Ticks //
  ///////////

  logic        runs;
  logic        tick;
  logic [14:0] divider_d;
  logic [ 3:0] rate;
  logic [14:0] below_period;  // ones below the bit of the divider that the rate names
  logic        periodic;
  logic        updates;
  calendar_t   later;
  logic        alarm;
  logic [ 6:4] set;          // flags

  function automatic logic alarm_is(logic [7:0] wanted, logic [7:0] value);
    return wanted[7:6] == 2'b11 || wanted == value;
  endfunction

  assign runs      = a_q[6:4] == DIVIDER_RUNS;
  assign tick      = rtc_clk_i && runs;
  assign divider_d = divider_q + 15'd1;
  assign rate      = a_q[3:0];
  assign updates   = tick && !b_q[SET] && divider_d == UPDATE_ENDS;

  // "Periodic interrupt rates": rates 1 and 2 are those of 8 and 9.
  always_comb begin
    if (rate == 4'd1 || rate == 4'd2) begin
      below_period = 15'h00FF >> (4'd2 - rate);
    end else begin
      below_period = 15'h3FFF >> (4'd15 - rate);
    end
    periodic = tick && rate != 4'd0 && (divider_d & below_period) == '0;
  end

  always_comb begin
    later = calendar_q;
    alarm = 1'b0;
    if (updates) begin
      later = second_later(calendar_q, b_q[BINARY], b_q[HOURS_24]);
      alarm = alarm_is(seconds_alarm_q, later.seconds) && alarm_is(minutes_alarm_q, later.minutes) &&
              alarm_is(hours_alarm_q, later.hours);
    end
  end

  assign set = {periodic, alarm, updates};

  //////////////
  // Accesses //
  //////////////

  logic       access;
  logic       write_index;
  logic       write_data;
  logic       read_c;
  logic [6:0] index;  // that of the data in this access
  logic [7:0] data;
  logic       uip;
  logic [7:0] read_data;

  assign access      = wb_cyc_i && wb_stb_i && !wb_ack_o;
  assign write_index = access && wb_we_i && wb_sel_i[0];
  assign write_data  = access && wb_we_i && wb_sel_i[1];
  assign read_c      = access && !wb_we_i && wb_sel_i[1] && index_q == REGISTER_C;
  assign index       = write_index ? wb_dat_i[6:0] : index_q;
  assign data        = wb_dat_i[15:8];
  assign uip         = runs && !b_q[SET] && divider_q >= UPDATE_SOON && divider_q < UPDATE_ENDS;
  assign irq_o       = (flags_q & b_q[6:4]) != '0;

  always_comb begin
    unique case (index_q)
      SECONDS:       read_data = calendar_q.seconds;
      SECONDS_ALARM: read_data = seconds_alarm_q;
      MINUTES:       read_data = calendar_q.minutes;
      MINUTES_ALARM: read_data = minutes_alarm_q;
      HOURS:         read_data = calendar_q.hours;
      HOURS_ALARM:   read_data = hours_alarm_q;
      WEEKDAY:       read_data = calendar_q.weekday;
      DAY:           read_data = calendar_q.day;
      MONTH:         read_data = calendar_q.month;
      YEAR:          read_data = calendar_q.year;
      REGISTER_A:    read_data = {uip, a_q};
      REGISTER_B:    read_data = b_q;
      REGISTER_C:    read_data = {irq_o, flags_q, 4'd0};
      REGISTER_D:    read_data = 8'h80;  // VRT: the battery is good
      default:       read_data = ram[index_q];
    endcase
  end

  always_ff @(posedge clk_i) begin
    wb_ack_o <= access;
    if (access) wb_dat_o <= {16'hFFFF, read_data, 8'hFF};

    flags_q <= read_c ? '0 : flags_q | held_q | set;
    held_q  <= read_c ? set : '0;
    if (tick) divider_q <= divider_d;
    if (updates) calendar_q <= later;

    if (write_index) {nmi_off_q, index_q} <= wb_dat_i[7:0];
    if (write_data) begin
      unique case (index)
        SECONDS:       calendar_q.seconds <= data;
        SECONDS_ALARM: seconds_alarm_q <= data;
        MINUTES:       calendar_q.minutes <= data;
        MINUTES_ALARM: minutes_alarm_q <= data;
        HOURS:         calendar_q.hours <= data;
        HOURS_ALARM:   hours_alarm_q <= data;
        WEEKDAY:       calendar_q.weekday <= data;
        DAY:           calendar_q.day <= data;
        MONTH:         calendar_q.month <= data;
        YEAR:          calendar_q.year <= data;
        REGISTER_A: begin
          a_q <= data[6:0];
          if (data[6:5] == 2'b11) divider_q <= '0;
        end
        REGISTER_B: begin
          b_q <= data;
          if (data[SET]) b_q[UPDATE] <= 1'b0;  // SET going high takes UIE back
        end
        default: ;
      endcase
    end

    if (load_valid_i) begin
      wb_ack_o        <= 1'b0;
      index_q         <= load_state_i.index[6:0];
      nmi_off_q       <= load_state_i.nmi_off[0];
      divider_q       <= load_state_i.divider[14:0];
      a_q             <= load_state_i.a[6:0];
      b_q             <= load_state_i.b[7:0];
      flags_q         <= load_state_i.flags[6:4];
      held_q          <= '0;
      seconds_alarm_q <= load_state_i.bytes[SECONDS_ALARM];
      minutes_alarm_q <= load_state_i.bytes[MINUTES_ALARM];
      hours_alarm_q   <= load_state_i.bytes[HOURS_ALARM];
      calendar_q      <= '{
          seconds: load_state_i.bytes[SECONDS],
          minutes: load_state_i.bytes[MINUTES],
          hours:   load_state_i.bytes[HOURS],
          weekday: load_state_i.bytes[WEEKDAY],
          day:     load_state_i.bytes[DAY],
          month:   load_state_i.bytes[MONTH],
          year:    load_state_i.bytes[YEAR]
      };
    end

    if (!rst_ni) begin
      wb_ack_o         <= 1'b0;
      index_q          <= '0;
      nmi_off_q        <= 1'b1;
      flags_q          <= '0;
      held_q           <= '0;
      b_q[PERIODIC]    <= 1'b0;
      b_q[ALARM]       <= 1'b0;
      b_q[UPDATE]      <= 1'b0;
      b_q[SQUARE_WAVE] <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (write_data && index > REGISTER_D) ram[index] = data;
    if (load_valid_i) begin
      for (int i = 0; i < 128; i++) ram[i] = load_state_i.bytes[i];
    end
  end

  always_ff @(posedge unload_clk_i) begin
    state_o.index   <= 32'(index_q);
    state_o.nmi_off <= 32'(nmi_off_q);
    state_o.divider <= 32'(divider_q);
    state_o.a       <= 32'(a_q);
    state_o.b       <= 32'(b_q);
    state_o.flags   <= {25'd0, flags_q, 4'd0};
    for (int i = 0; i < 128; i++) state_o.bytes[i] <= ram[i];
    state_o.bytes[SECONDS]       <= calendar_q.seconds;
    state_o.bytes[SECONDS_ALARM] <= seconds_alarm_q;
    state_o.bytes[MINUTES]       <= calendar_q.minutes;
    state_o.bytes[MINUTES_ALARM] <= minutes_alarm_q;
    state_o.bytes[HOURS]         <= calendar_q.hours;
    state_o.bytes[HOURS_ALARM]   <= hours_alarm_q;
    state_o.bytes[WEEKDAY]       <= calendar_q.weekday;
    state_o.bytes[DAY]           <= calendar_q.day;
    state_o.bytes[MONTH]         <= calendar_q.month;
    state_o.bytes[YEAR]          <= calendar_q.year;
    for (int i = 10; i < 14; i++) state_o.bytes[i] <= 8'h00;
  end

  assign idle_o   = !runs;
  assign steady_o = irq_o || !runs ||
                    !((b_q[PERIODIC] && rate != 4'd0) || ((b_q[ALARM] || b_q[UPDATE]) && !b_q[SET]));

  logic unused;
  assign unused = ^{load_state_i, wb_sel_i[3:2], wb_dat_i[31:16]};
endmodule
