// Bus unit: the CPU's only way out, one Wishbone B4 master port for data, I/O, interrupt acknowledge and
// instruction fetch; addresses are physical. Data goes first. A data access that crosses a 32-bit word
// becomes two cycles, low word first. Page walks are marked as bursts of one word (CTI 111). Fetches are four-word
// wrapping bursts. Everything towards the bus is registered; ack and data are sampled into registers before use.
// A locked instruction (LOCK prefix, XCHG with memory: SDM vol. 3, 8.1.2) keeps CYC and LOCK from its first
// access to the end of its last. Left out: locked changes of descriptors and page tables by the CPU itself,
// bus errors (a miss reads all ones).
module cpu_bus_unit
  import cpu_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: what is asked for now is the old state's

    // from the paging unit
    cpu_bus_if.bus   bus,
    cpu_fetch_if.bus fetch,
    input logic      locked_i,  // the access is of a locked instruction, or one is between its accesses

    // to the bus
    output logic        wb_cyc_o,
    output logic        wb_stb_o,
    output logic        wb_lock_o,
    output logic        wb_we_o,
    output logic [31:2] wb_adr_o,
    output logic [ 3:0] wb_sel_o,
    output logic [31:0] wb_dat_o,
    output logic [ 1:0] wb_tga_o,
    output logic [ 2:0] wb_cti_o,
    output logic [ 1:0] wb_bte_o,
    input  logic        wb_ack_i,
    input  logic [31:0] wb_dat_i
);

  typedef enum logic [1:0] {
    StIdle,
    StData,      // only, or low, word of a data access
    StDataHigh,  // high word of an access that crosses
    StFetch
  } state_e;

  state_e      state_q;
  logic [ 1:0] beats_q;    // fetch words still to come, minus one
  logic [ 1:0] lane_q;     // byte offset of the access in its word
  size_e       size_q;
  logic        crosses_q;
  logic [31:0] low_q;      // low word of a crossing read
  logic [31:0] high_dat_q;
  logic [ 3:0] high_sel_q;
  logic        split_q;
  logic [31:12] high_q;

  assign bus.ready = state_q == StIdle;
  assign bus.fetch_ready = state_q == StIdle && !bus.valid;

  // Byte lanes of an access at byte `lane`, over two words.
  function automatic logic [7:0] lanes(size_e size, logic [1:0] lane);
    logic [7:0] mask;
    unique case (size)
      SizeB:   mask = 8'h01;
      SizeW:   mask = 8'h03;
      default: mask = 8'h0F;
    endcase
    return mask << lane;
  endfunction

  function automatic logic [31:0] extract(logic [63:0] words, size_e size, logic [1:0] lane);
    logic [31:0] value;
    value = 32'(words >> {lane, 3'b000});
    unique case (size)
      SizeB:   return {24'b0, value[7:0]};
      SizeW:   return {16'b0, value[15:0]};
      default: return value;
    endcase
  endfunction

  task automatic start_data();
    logic [63:0] dat;
    logic [ 7:0] sel;
    dat = {32'b0, bus.wdata} << {bus.addr[1:0], 3'b000};
    sel = lanes(bus.size, bus.addr[1:0]);
    state_q    <= StData;
    wb_cyc_o   <= 1'b1;
    wb_stb_o   <= 1'b1;
    wb_we_o    <= bus.write;
    wb_adr_o   <= bus.addr[31:2];
    wb_sel_o   <= sel[3:0];
    wb_dat_o   <= dat[31:0];
    wb_tga_o   <= bus.space;
    wb_cti_o   <= bus.walk ? 3'd7 : 3'd0;
    wb_bte_o   <= 2'd0;
    lane_q     <= bus.addr[1:0];
    size_q     <= bus.size;
    crosses_q  <= sel[7:4] != 4'd0;
    high_sel_q <= sel[7:4];
    high_dat_q <= dat[63:32];
    if (locked_i) wb_lock_o <= 1'b1;
    split_q    <= bus.split;
    high_q     <= bus.high;
  endtask

  task automatic start_fetch();
    state_q  <= StFetch;
    beats_q  <= 2'd3;
    wb_cyc_o <= 1'b1;
    wb_stb_o <= 1'b1;
    wb_we_o  <= 1'b0;
    wb_adr_o <= bus.fetch_addr;
    wb_sel_o <= 4'hF;
    wb_tga_o <= 2'd0;
    wb_cti_o <= 3'd2;
    wb_bte_o <= 2'd1;
  endtask

  // Also of an instruction that ended without its store.
  task automatic end_lock();
    if (!locked_i || !rst_ni) begin
      wb_cyc_o  <= 1'b0;
      wb_lock_o <= 1'b0;
    end
  endtask

  task automatic release_bus();
    state_q  <= StIdle;
    wb_stb_o <= 1'b0;
    wb_we_o  <= 1'b0;
    end_lock();
  endtask

  always_ff @(posedge clk_i) begin
    bus.done <= 1'b0;
    fetch.beat <= 1'b0;
    fetch.last <= 1'b0;
    unique case (state_q)
      StIdle: begin
        if (wb_lock_o) end_lock();
        if (bus.valid) start_data();
        else if (bus.fetch_valid) start_fetch();
      end
      StData:
      if (wb_ack_i) begin
        if (crosses_q) begin
          state_q  <= StDataHigh;
          low_q    <= wb_dat_i;
          wb_adr_o <= wb_adr_o + 30'd1;
          if (wb_tga_o == 2'd1) wb_adr_o[31:16] <= 16'd0;  // behind port FFFF comes port 0
          if (split_q) wb_adr_o <= {high_q, 10'd0};
          wb_sel_o <= high_sel_q;
          wb_dat_o <= high_dat_q;
        end else begin
          bus.done  <= 1'b1;
          bus.rdata <= extract({32'b0, wb_dat_i}, size_q, lane_q);
          release_bus();
        end
      end
      StDataHigh:
      if (wb_ack_i) begin
        bus.done  <= 1'b1;
        bus.rdata <= extract({wb_dat_i, low_q}, size_q, lane_q);
        release_bus();
      end
      StFetch:
      if (wb_ack_i) begin
        fetch.beat <= 1'b1;
        fetch.data <= wb_dat_i;
        beats_q  <= beats_q - 2'd1;
        if (beats_q == 2'd0) begin
          fetch.last <= 1'b1;
          release_bus();
        end
      end
    endcase
    if (!rst_ni || load_valid_i) begin
      release_bus();
      bus.done <= 1'b0;
      fetch.beat <= 1'b0;
      fetch.last <= 1'b0;
    end
  end

endmodule
