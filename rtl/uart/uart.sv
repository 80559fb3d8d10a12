// 16550 UART (National PC16550D data sheet). Block of offsets 0..7 = ports 3F8..3FF.
//
// Time: a bus request sampled at edge n takes effect and is acknowledged at edge n+1, called the edge
// of the access; what else happens there happens behind it, by the settings of before. A byte goes from the
// FIFO to the empty shift register one edge after it is there; a character then takes ceil(ticks * cpu_hz_i /
// UART_HZ) cycles, ticks = 16 * divisor * (start, data, parity and stop bits), and so does one that arrives,
// from one edge after it can be sent. The time-out comes 4 times as many ticks after the receive FIFO was last
// filled or read. Each timer runs only while there is something to time. Divisor 0 counts as 65536.
//
// Assumes: a terminal that is always there (MSR: CTS, DSR, DCD), with the port's settings. The byte is
// given away (tx_valid_o) when its start bit goes out. Writes into a full FIFO (full THR without FIFO)
// are lost. The terminal sends when the guest listens, which is with DTR and RTS or with the receive interrupt
// on, and when there is room: nothing of it is lost, and only loopback overruns.
// Left out: parity, framing and break, which a terminal of ours never has; DMA modes; the adapter card's OUT2
// gate.
//
// Load and unload port: load_valid_i replaces the state at the clock's edge; between two accesses only.
// state_o is the state at the latest rising edge of unload_clk_i, which no other register sees: being asked
// changes nothing. A chip ties both low.
module uart
  import memory_map_pkg::*;
  import uart_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the bus
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [ 2:2] wb_adr_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // from the platform
    input logic [31:0] cpu_hz_i,  // static: rate of clk_i

    // to the interrupt controller
    output logic irq_o,  // INTR, IRQ 4

    // to the terminal
    output logic       tx_valid_o,  // for one cycle
    output logic [7:0] tx_data_o,

    // from and to the terminal
    input  logic       rx_valid_i,  // it has a byte
    input  logic [7:0] rx_data_i,
    output logic       rx_take_o,   // for one cycle: it was taken

    // load and unload port
    input  logic        load_valid_i,
    input  uart_state_t load_state_i,
    input  logic        unload_clk_i,
    output uart_state_t state_o,

    // to the clock control
    output logic idle_o  // nothing is sent, received or timed
);

  localparam int unsigned IER_RECEIVED = 0;
  localparam int unsigned IER_THRE = 1;
  localparam int unsigned IER_LINE = 2;
  localparam int unsigned IER_MODEM = 3;
  localparam logic [3:0] IIR_MODEM = 4'h0;
  localparam logic [3:0] IIR_NONE = 4'h1;
  localparam logic [3:0] IIR_THRE = 4'h2;
  localparam logic [3:0] IIR_RECEIVED = 4'h4;
  localparam logic [3:0] IIR_LINE = 4'h6;
  localparam logic [3:0] IIR_TIMEOUT = 4'hC;
  localparam int unsigned FCR_ENABLE = 0;
  localparam int unsigned FCR_RESET_RECEIVER = 1;
  localparam int unsigned FCR_RESET_TRANSMITTER = 2;
  localparam int unsigned LCR_TWO_STOP_BITS = 2;
  localparam int unsigned LCR_PARITY = 3;
  localparam int unsigned LCR_DLAB = 7;
  localparam int unsigned MCR_LOOP = 4;
  localparam logic [3:0] MSR_TERMINAL = 4'hB;  // DCD, DSR, CTS

  ////////////////////
  // Bus, first edge //
  ////////////////////

  logic        access_q;
  logic        we_q;
  logic        adr_q;
  logic [ 3:0] sel_q;
  logic [31:0] wdata_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      access_q <= 1'b0;
    end else begin
      access_q <= wb_cyc_i && wb_stb_i && !wb_ack_o && !access_q && !load_valid_i;
    end
    we_q    <= wb_we_i;
    adr_q   <= wb_adr_i[2];
    sel_q   <= wb_sel_i;
    wdata_q <= wb_dat_i;
  end

  // Strobes: writes of offsets 0 to 3, 4 and 7, the reads with a side effect.
  logic [3:0] write_low;
  logic       write_mcr, write_scr;
  logic       read_rbr, read_iir, read_lsr, read_msr;

  assign write_low = sel_q & {4{access_q && we_q && !adr_q}};
  assign write_mcr = sel_q[0] && access_q && we_q && adr_q;
  assign write_scr = sel_q[3] && access_q && we_q && adr_q;
  assign read_rbr  = sel_q[0] && access_q && !we_q && !adr_q && !dlab;
  assign read_iir  = sel_q[2] && access_q && !we_q && !adr_q;
  assign read_lsr  = sel_q[1] && access_q && !we_q && adr_q;
  assign read_msr  = sel_q[2] && access_q && !we_q && adr_q;

  ///////////////
  // Registers //
  ///////////////

  logic [3:0] ier_q, ier_d;
  logic [7:0] lcr_q, scr_q;
  logic [4:0] mcr_q, mcr_d;
  logic [15:0] divisor_q;
  logic fifo_on_q, fifo_on_d;
  logic thre_pending_q, thre_pending_d;  // the THRE interrupt, before IER
  logic shifting_q, shifting_d;

  logic [7:0] fifo_q[16];
  logic [3:0] head_q;            // next to send
  logic [3:0] tail_q, tail_d;    // next free
  logic [4:0] fill_q, fill_d;    // bytes waiting; without FIFO at most 1, which is THR
  logic push, pop, clear;
  logic character_done;
  logic dlab;

  logic looped_q, looped_d;      // what is in the shift register goes to the receiver
  logic [7:0] shifted_q;         // its byte then
  logic [7:0] tx_byte;           // of the character that begins

  logic [1:0] trigger_q, trigger_d;
  logic overrun_q, overrun_d;
  logic [3:0] deltas_q, deltas_d;
  logic timeout_pending_q, timeout_pending_d;  // the time-out interrupt, before IER

  logic [7:0] rx_fifo_q[16];
  logic [3:0] rx_head_q, rx_head_d;  // next to read
  logic [4:0] rx_fill_q, rx_fill_d;  // bytes received; without FIFO at most 1, which is RBR
  logic rx_held_q, rx_held_d;        // a byte is on the line or waits for it
  logic [7:0] rx_byte_q;
  logic rx_busy_q, rx_busy_d;        // it is on the line
  logic rx_start, rx_done, rx_pop, rx_clear, rx_full, rx_arrived, rx_store;
  logic [7:0] rx_new;
  logic [3:0] rx_slot;
  logic timing_q, timing_d, timing_start;  // the time-out's timer runs, begins
  logic rx_time_over, timeout_over;

  logic [3:0] lines_q, lines_d;  // MSR 7:4 before and after a write of MCR
  logic [3:0] source_q, source_d;

  assign dlab = lcr_q[LCR_DLAB];

  // Loopback: DCD is OUT2, RI is OUT1, DSR is DTR, CTS is RTS.
  function automatic logic [3:0] modem_lines(logic [4:0] mcr);
    return mcr[MCR_LOOP] ? {mcr[3], mcr[2], mcr[0], mcr[1]} : MSR_TERMINAL;
  endfunction

  function automatic logic [4:0] trigger_level(logic [1:0] trigger);
    unique case (trigger)
      2'd0: return 5'd1;
      2'd1: return 5'd4;
      2'd2: return 5'd8;
      2'd3: return 5'd14;
    endcase
  endfunction

  // Of all that are pending and enabled the first (table V).
  function automatic logic [3:0] first_source(logic [3:0] ier, logic overrun, logic ready, logic timeout, logic thre,
                                              logic modem);
    if (ier[IER_LINE] && overrun) return IIR_LINE;
    if (ier[IER_RECEIVED] && ready) return IIR_RECEIVED;
    if (ier[IER_RECEIVED] && timeout) return IIR_TIMEOUT;
    if (ier[IER_THRE] && thre) return IIR_THRE;
    if (ier[IER_MODEM] && modem) return IIR_MODEM;
    return IIR_NONE;
  endfunction

  assign lines_q = modem_lines(mcr_q);
  assign lines_d = modem_lines(mcr_d);
  assign source_q = first_source(ier_q, overrun_q,
                                 fifo_on_q ? rx_fill_q >= trigger_level(trigger_q) : rx_fill_q != 5'd0,
                                 timeout_pending_q, thre_pending_q, deltas_q != 4'd0);
  assign source_d = first_source(ier_d, overrun_d,
                                 fifo_on_d ? rx_fill_d >= trigger_level(trigger_d) : rx_fill_d != 5'd0,
                                 timeout_pending_d, thre_pending_d, deltas_d != 4'd0);

  // The terminal begins a character if the guest listens and there is room.
  assign rx_start = !rx_busy_q && !mcr_q[MCR_LOOP] && !looped_q && (ier_q[IER_RECEIVED] || mcr_q[1:0] == 2'b11) &&
                    rx_fill_q < (fifo_on_q ? 5'd16 : 5'd1) && (rx_held_q || rx_valid_i);

  // Five to eight data bits.
  logic [7:0] word_mask;
  assign word_mask = 8'hFF >> (2'd3 - lcr_q[1:0]);
  assign tx_byte   = fifo_q[head_q] & word_mask;

  always_comb begin
    ier_d          = ier_q;
    fifo_on_d      = fifo_on_q;
    thre_pending_d = thre_pending_q;
    fill_d         = fill_q;
    tail_d         = tail_q;
    shifting_d     = shifting_q && !character_done;
    looped_d       = looped_q && !character_done;
    mcr_d          = write_mcr ? wdata_q[4:0] : mcr_q;
    push           = 1'b0;
    clear          = 1'b0;

    trigger_d         = trigger_q;
    overrun_d         = overrun_q && !read_lsr;
    deltas_d          = read_msr ? 4'd0 : deltas_q;
    timeout_pending_d = timeout_pending_q;
    rx_head_d         = rx_head_q;
    rx_fill_d         = rx_fill_q;
    rx_clear          = 1'b0;

    // Reading IIR when it names THRE clears that interrupt (table V).
    if (read_iir && source_q == IIR_THRE) thre_pending_d = 1'b0;

    rx_pop = read_rbr && rx_fill_q != 5'd0;
    if (rx_pop) begin
      rx_fill_d         = rx_fill_q - 5'd1;
      rx_head_d         = rx_head_q + 4'd1;
      timeout_pending_d = 1'b0;
    end

    if (write_low[0] && !dlab) begin
      thre_pending_d = 1'b0;
      push           = fill_q < (fifo_on_q ? 5'd16 : 5'd1);
      if (push) begin
        fill_d = fill_q + 5'd1;
        tail_d = tail_q + 4'd1;
      end
    end
    if (write_low[1] && !dlab) begin
      ier_d = wdata_q[11:8];
      // Enabling the interrupt while THR is empty raises it.
      if (ier_d[IER_THRE] && !ier_q[IER_THRE] && fill_d == 5'd0) thre_pending_d = 1'b1;
    end
    if (write_low[2]) begin
      fifo_on_d = wdata_q[16+FCR_ENABLE];
      // Turning the FIFOs on or off clears them, as the reset bit does.
      clear = fifo_on_d != fifo_on_q || (fifo_on_d && wdata_q[16+FCR_RESET_TRANSMITTER]);
      if (clear) begin
        if (fill_d != 5'd0) thre_pending_d = 1'b1;
        fill_d = 5'd0;
      end
      rx_clear = fifo_on_d != fifo_on_q || (fifo_on_d && wdata_q[16+FCR_RESET_RECEIVER]);
      if (rx_clear) begin
        rx_fill_d         = 5'd0;
        timeout_pending_d = 1'b0;
      end
      // The other bits are programmed only with this one.
      if (fifo_on_d) trigger_d = wdata_q[23:22];
    end
    // DCTS, DDSR and DDCD for each change, TERI for the end of a ring.
    if (write_mcr) begin
      deltas_d = deltas_q | ((lines_q ^ lines_d) & {1'b1, lines_q[2], 2'b11});
    end

    // The empty shift register takes what waited before this edge.
    pop = !shifting_d && fill_q != 5'd0 && !clear;
    if (pop) begin
      shifting_d = 1'b1;
      fill_d     = fill_d - 5'd1;
      if (fill_d == 5'd0) thre_pending_d = 1'b1;
      looped_d = mcr_q[MCR_LOOP];
    end

    // What arrives: from the terminal, or in loopback, which takes the line away from it.
    rx_done    = rx_busy_q && rx_time_over && !mcr_d[MCR_LOOP];
    rx_arrived = rx_done || (looped_q && character_done);
    rx_new     = looped_q ? shifted_q : rx_byte_q;
    rx_full    = rx_fill_d >= (fifo_on_d ? 5'd16 : 5'd1);
    // What is in the FIFO stays; RBR without FIFO is overwritten.
    rx_store   = rx_arrived && !(rx_full && fifo_on_d);
    rx_slot    = rx_head_d + (fifo_on_d ? rx_fill_d[3:0] : 4'd0);
    if (rx_arrived && rx_full) overrun_d = 1'b1;
    if (rx_store && !rx_full) rx_fill_d = rx_fill_d + 5'd1;
    // The terminal begins again after a loopback, with the same byte.
    rx_busy_d = (rx_start || (rx_busy_q && !rx_done)) && !mcr_d[MCR_LOOP];
    rx_held_d = rx_start || (rx_held_q && !rx_done);

    timing_start = fifo_on_d && rx_fill_d != 5'd0 && (rx_pop || rx_store) && !timeout_pending_d;
    timing_d     = timing_q && fifo_on_d && rx_fill_d != 5'd0;
    if (timing_start) begin
      timing_d = 1'b1;
    end else if (timing_d && timeout_over) begin
      timing_d          = 1'b0;
      timeout_pending_d = 1'b1;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      ier_q          <= '0;
      lcr_q          <= '0;
      mcr_q          <= '0;
      scr_q          <= '0;
      divisor_q      <= 16'd1;
      fifo_on_q      <= 1'b0;
      thre_pending_q <= 1'b0;
      shifting_q     <= 1'b0;
      fill_q         <= '0;
      head_q         <= '0;
      tail_q         <= '0;
      tx_valid_o     <= 1'b0;
      irq_o          <= 1'b0;
      looped_q          <= 1'b0;
      trigger_q         <= '0;
      overrun_q         <= 1'b0;
      deltas_q          <= '0;
      timeout_pending_q <= 1'b0;
      rx_head_q         <= '0;
      rx_fill_q         <= '0;
      rx_held_q         <= 1'b0;
      rx_busy_q         <= 1'b0;
      rx_take_o         <= 1'b0;
      timing_q          <= 1'b0;
    end else begin
      ier_q          <= ier_d;
      fifo_on_q      <= fifo_on_d;
      thre_pending_q <= thre_pending_d;
      shifting_q     <= shifting_d;
      fill_q         <= fill_d;
      tail_q         <= tail_d;
      irq_o          <= source_d != IIR_NONE;
      mcr_q          <= mcr_d;
      looped_q          <= looped_d;
      trigger_q         <= trigger_d;
      overrun_q         <= overrun_d;
      deltas_q          <= deltas_d;
      timeout_pending_q <= timeout_pending_d;
      rx_head_q         <= rx_head_d;
      rx_fill_q         <= rx_fill_d;
      rx_held_q         <= rx_held_d;
      rx_busy_q         <= rx_busy_d;
      rx_take_o         <= rx_start && !rx_held_q;
      timing_q          <= timing_d;
      if (write_low[0] && dlab) divisor_q[7:0] <= wdata_q[7:0];
      if (write_low[1] && dlab) divisor_q[15:8] <= wdata_q[15:8];
      if (write_low[3]) lcr_q <= wdata_q[31:24];
      if (write_scr) scr_q <= wdata_q[31:24];
      if (pop) head_q <= head_q + 4'd1;
      if (clear) head_q <= tail_d;
      tx_valid_o <= pop && !mcr_q[MCR_LOOP];
    end
    if (load_valid_i) begin
      ier_q          <= load_state_i.ier[3:0];
      lcr_q          <= load_state_i.lcr[7:0];
      mcr_q          <= load_state_i.mcr[4:0];
      scr_q          <= load_state_i.scr[7:0];
      divisor_q      <= load_state_i.divisor[15:0];
      fifo_on_q      <= load_state_i.fifo_on[0];
      thre_pending_q <= load_state_i.thre_pending[0];
      shifting_q     <= load_state_i.character_left != '0;
      fill_q         <= load_state_i.fill[4:0];
      head_q         <= '0;
      tail_q         <= load_state_i.fill[3:0];
      tx_valid_o     <= 1'b0;
      irq_o          <= load_source != IIR_NONE;
      for (int i = 0; i < 16; i++) fifo_q[i] <= load_state_i.fifo[i];
      looped_q          <= load_state_i.looped[0];
      shifted_q         <= load_state_i.shifted[7:0];
      trigger_q         <= load_state_i.trigger[1:0];
      overrun_q         <= load_state_i.overrun[0];
      deltas_q          <= load_state_i.deltas[3:0];
      timeout_pending_q <= load_state_i.timeout_pending[0];
      rx_head_q         <= '0;
      rx_fill_q         <= load_state_i.rx_fill[4:0];
      rx_held_q         <= load_state_i.rx_held[0];
      rx_byte_q         <= load_state_i.rx_byte[7:0];
      rx_busy_q         <= load_state_i.rx_left != '0;
      rx_take_o         <= 1'b0;
      timing_q          <= load_state_i.timeout_left != '0;
      for (int i = 0; i < 16; i++) rx_fifo_q[i] <= load_state_i.rx_fifo[i];
    end else begin
      if (push) fifo_q[tail_q] <= wdata_q[7:0];
      if (pop) shifted_q <= tx_byte;
      if (rx_start) rx_byte_q <= (rx_held_q ? rx_byte_q : rx_data_i) & word_mask;
      if (rx_store) rx_fifo_q[rx_slot] <= rx_new;
    end
    if (pop) tx_data_o <= tx_byte;
  end

  // The interrupt of a state that is loaded.
  logic [3:0] load_source;
  assign load_source = first_source(load_state_i.ier[3:0], load_state_i.overrun[0],
                                    load_state_i.fifo_on[0] ?
                                        load_state_i.rx_fill[4:0] >= trigger_level(load_state_i.trigger[1:0]) :
                                        load_state_i.rx_fill[4:0] != 5'd0,
                                    load_state_i.timeout_pending[0], load_state_i.thre_pending[0],
                                    load_state_i.deltas[3:0] != 4'd0);

  ////////////
  // Timers //
  ////////////

  // UART clocks times cpu_hz_i: each CPU cycle takes UART_HZ of what is left of the character sent, of the one
  // received, and until the time-out.
  logic [55:0] left_q, rx_left_q;
  logic [57:0] timeout_left_q;
  logic [55:0] character;
  logic [31:0] cpu_hz_q;
  logic [23:0] ticks;  // UART clocks of a character
  logic [ 4:0] half_bits;

  // Start bit, 5 to 8 data bits, parity, one stop bit or two (one and a half with 5 data bits).
  always_comb begin
    half_bits = 5'd14 + {2'b0, lcr_q[1:0], 1'b0};
    if (lcr_q[LCR_PARITY]) half_bits += 5'd2;
    if (lcr_q[LCR_TWO_STOP_BITS]) half_bits += lcr_q[1:0] == 2'd0 ? 5'd1 : 5'd2;
  end

  assign ticks          = {7'b0, divisor_q == 16'd0, divisor_q} * {16'b0, half_bits, 3'b0};
  assign character      = {32'b0, ticks} * {24'b0, cpu_hz_q};
  assign character_done = left_q <= 56'(UART_HZ);
  assign rx_time_over   = rx_left_q <= 56'(UART_HZ);
  assign timeout_over   = timeout_left_q <= 58'(UART_HZ);

  always_ff @(posedge clk_i) begin
    cpu_hz_q <= cpu_hz_i;
    if (load_valid_i) begin
      left_q <= load_state_i.character_left[55:0] * 56'(UART_HZ);
    end else if (pop) begin
      left_q <= character;
    end else if (shifting_q) begin
      left_q <= left_q - 56'(UART_HZ);
    end
    if (load_valid_i) begin
      rx_left_q <= load_state_i.rx_left[55:0] * 56'(UART_HZ);
    end else if (rx_start) begin
      rx_left_q <= character;
    end else if (rx_busy_q) begin
      rx_left_q <= rx_left_q - 56'(UART_HZ);
    end
    if (load_valid_i) begin
      timeout_left_q <= load_state_i.timeout_left[57:0] * 58'(UART_HZ);
    end else if (timing_start) begin
      timeout_left_q <= {character, 2'b0};
    end else if (timing_q) begin
      timeout_left_q <= timeout_left_q - 58'(UART_HZ);
    end
  end

  //////////////////////
  // Bus, second edge //
  //////////////////////

  logic [7:0] iir, lsr, msr;

  assign iir = {{2{fifo_on_q}}, 2'b0, source_q};
  assign lsr = {1'b0, fill_q == 5'd0 && !shifting_q, fill_q == 5'd0, 3'b0, overrun_q, rx_fill_q != 5'd0};
  assign msr = {lines_q, deltas_q};

  always_ff @(posedge clk_i) begin
    wb_ack_o <= rst_ni && access_q;
    if (access_q && !we_q) begin
      if (adr_q) begin
        wb_dat_o <= {scr_q, msr, lsr, 3'b0, mcr_q};
      end else begin
        wb_dat_o <= {lcr_q, iir, dlab ? divisor_q : {4'b0, ier_q, rx_fill_q == 5'd0 ? 8'h00 : rx_fifo_q[rx_head_q]}};
      end
    end
  end

  always_ff @(posedge unload_clk_i) begin
    state_o.ier            <= 32'(ier_q);
    state_o.lcr            <= 32'(lcr_q);
    state_o.mcr            <= 32'(mcr_q);
    state_o.scr            <= 32'(scr_q);
    state_o.divisor        <= 32'(divisor_q);
    state_o.fifo_on        <= 32'(fifo_on_q);
    state_o.thre_pending   <= 32'(thre_pending_q);
    state_o.fill           <= 32'(fill_q);
    // In whole cycles.
    state_o.character_left <=
        shifting_q ? {8'b0, (left_q + 56'(UART_HZ) - 56'd1) / 56'(UART_HZ)} : '0;
    for (int i = 0; i < 16; i++) begin
      state_o.fifo[i] <= 5'(i) < fill_q ? fifo_q[head_q+4'(i)] : 8'h00;
    end
    state_o.looped          <= 32'(looped_q);
    state_o.shifted         <= looped_q ? 32'(shifted_q) : '0;
    state_o.trigger         <= 32'(trigger_q);
    state_o.overrun         <= 32'(overrun_q);
    state_o.deltas          <= 32'(deltas_q);
    state_o.timeout_pending <= 32'(timeout_pending_q);
    state_o.rx_fill         <= 32'(rx_fill_q);
    for (int i = 0; i < 16; i++) begin
      state_o.rx_fifo[i] <= 5'(i) < rx_fill_q ? rx_fifo_q[rx_head_q+4'(i)] : 8'h00;
    end
    state_o.rx_held         <= 32'(rx_held_q);
    state_o.rx_byte         <= rx_held_q ? 32'(rx_byte_q) : '0;
    state_o.rx_left         <= rx_busy_q ? {8'b0, (rx_left_q + 56'(UART_HZ) - 56'd1) / 56'(UART_HZ)} : '0;
    state_o.timeout_left    <=
        timing_q ? {6'b0, (timeout_left_q + 58'(UART_HZ) - 58'd1) / 58'(UART_HZ)} : '0;
  end

  logic unused;
  assign unused = ^load_state_i;

  assign idle_o = !access_q && !wb_ack_o && !shifting_q && fill_q == 5'd0 && !rx_busy_q && !timing_q && !rx_start &&
                  !rx_take_o;

endmodule
