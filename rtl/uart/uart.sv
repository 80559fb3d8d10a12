// 16550 UART, transmit side (National PC16550D data sheet). Block of offsets 0..7 = ports 3F8..3FF.
//
// Time: a bus request sampled at edge n takes effect and is acknowledged at edge n+1, called the edge
// of the access. A byte goes from the FIFO to the empty shift register one edge after it is there; a
// character then takes ceil(ticks * cpu_hz_i / UART_HZ) cycles, ticks = 16 * divisor * (start, data,
// parity and stop bits). The timer runs only while a character is sent. Divisor 0 counts as 65536.
//
// Assumes: a terminal that is always there (MSR: CTS, DSR, DCD). The byte is
// given away (tx_valid_o) when its start bit goes out. Writes into a full FIFO (full THR without FIFO)
// are lost.
// Left out: receiver (reads empty), modem interrupts and deltas, break, the adapter card's OUT2 gate.
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

    // load and unload port
    input  logic        load_valid_i,
    input  uart_state_t load_state_i,
    input  logic        unload_clk_i,
    output uart_state_t state_o,

    // to the clock control
    output logic idle_o  // nothing being transmitted
);

  localparam int unsigned IER_THRE = 1;
  localparam int unsigned FCR_ENABLE = 0;
  localparam int unsigned FCR_RESET_TRANSMITTER = 2;
  localparam int unsigned LCR_TWO_STOP_BITS = 2;
  localparam int unsigned LCR_PARITY = 3;
  localparam int unsigned LCR_DLAB = 7;
  localparam int unsigned MCR_LOOP = 4;
  localparam logic [7:0] MSR_TERMINAL = 8'hB0;  // DCD, DSR, CTS

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

  // Strobes: writes of offsets 0 to 3, 4 and 7, the read with a side effect.
  logic [3:0] write_low;
  logic       write_mcr, write_scr;
  logic       read_iir;

  assign write_low = sel_q & {4{access_q && we_q && !adr_q}};
  assign write_mcr = sel_q[0] && access_q && we_q && adr_q;
  assign write_scr = sel_q[3] && access_q && we_q && adr_q;
  assign read_iir  = sel_q[2] && access_q && !we_q && !adr_q;

  ///////////////
  // Registers //
  ///////////////

  logic [3:0] ier_q, ier_d;
  logic [7:0] lcr_q, scr_q;
  logic [4:0] mcr_q;
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

  assign dlab = lcr_q[LCR_DLAB];

  always_comb begin
    ier_d          = ier_q;
    fifo_on_d      = fifo_on_q;
    thre_pending_d = thre_pending_q;
    fill_d         = fill_q;
    tail_d         = tail_q;
    shifting_d     = shifting_q && !character_done;
    push           = 1'b0;
    clear          = 1'b0;

    // Reading IIR when it names THRE clears that interrupt (table V).
    if (read_iir && thre_pending_q && ier_q[IER_THRE]) thre_pending_d = 1'b0;

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
    end

    // The empty shift register takes what waited before this edge.
    pop = !shifting_d && fill_q != 5'd0 && !clear;
    if (pop) begin
      shifting_d = 1'b1;
      fill_d     = fill_d - 5'd1;
      if (fill_d == 5'd0) thre_pending_d = 1'b1;
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
    end else begin
      ier_q          <= ier_d;
      fifo_on_q      <= fifo_on_d;
      thre_pending_q <= thre_pending_d;
      shifting_q     <= shifting_d;
      fill_q         <= fill_d;
      tail_q         <= tail_d;
      irq_o          <= thre_pending_d && ier_d[IER_THRE];
      if (write_low[0] && dlab) divisor_q[7:0] <= wdata_q[7:0];
      if (write_low[1] && dlab) divisor_q[15:8] <= wdata_q[15:8];
      if (write_low[3]) lcr_q <= wdata_q[31:24];
      if (write_mcr) mcr_q <= wdata_q[4:0];
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
      irq_o          <= load_state_i.thre_pending[0] && load_state_i.ier[IER_THRE];
      for (int i = 0; i < 16; i++) fifo_q[i] <= load_state_i.fifo[i];
    end
    if (push && !load_valid_i) fifo_q[tail_q] <= wdata_q[7:0];
    // Five to eight data bits.
    if (pop) tx_data_o <= fifo_q[head_q] & (8'hFF >> (2'd3 - lcr_q[1:0]));
  end

  ////////////////////
  // Character timer //
  ////////////////////

  // UART clocks times cpu_hz_i: each CPU cycle takes UART_HZ of what is left of the character.
  logic [55:0] left_q;
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
  assign character_done = left_q <= 56'(UART_HZ);

  always_ff @(posedge clk_i) begin
    cpu_hz_q <= cpu_hz_i;
    if (load_valid_i) begin
      left_q <= load_state_i.character_left[55:0] * 56'(UART_HZ);
    end else if (pop) begin
      left_q <= {32'b0, ticks} * {24'b0, cpu_hz_q};
    end else if (shifting_q) begin
      left_q <= left_q - 56'(UART_HZ);
    end
  end

  //////////////////////
  // Bus, second edge //
  //////////////////////

  logic [7:0] iir, lsr, msr;

  assign iir = {{2{fifo_on_q}}, 4'b0,
                (thre_pending_q && ier_q[IER_THRE]) ? 2'b10 : 2'b01};
  assign lsr = {1'b0, fill_q == 5'd0 && !shifting_q, fill_q == 5'd0, 5'b0};
  // Loopback: DCD is OUT2, RI is OUT1, DSR is DTR, CTS is RTS.
  assign msr = mcr_q[MCR_LOOP] ? {mcr_q[3], mcr_q[2], mcr_q[0], mcr_q[1], 4'b0} : MSR_TERMINAL;

  always_ff @(posedge clk_i) begin
    wb_ack_o <= rst_ni && access_q;
    if (access_q && !we_q) begin
      if (adr_q) begin
        wb_dat_o <= {scr_q, msr, lsr, 3'b0, mcr_q};
      end else begin
        wb_dat_o <= {lcr_q, iir, dlab ? divisor_q : {4'b0, ier_q, 8'h00}};
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
  end

  logic unused;
  assign unused = ^load_state_i;

  assign idle_o = !access_q && !wb_ack_o && !shifting_q && fill_q == 5'd0;

endmodule
