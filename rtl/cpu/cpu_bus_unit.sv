// Bus unit: the CPU's only way out, one Wishbone B4 master port for data, I/O, interrupt acknowledge and
// instruction fetch; addresses are physical, an access is within a word. Reads of data go first, then stores, then
// code. The cycle tag (TGC_O) tells accesses of instructions from fetches and page walks. Lines are four-word
// wrapping bursts that begin with the word that is wanted; the slave's data tag (TGD_I) says with the first word
// whether it may be cached. What may not is one access of the bytes asked for, whatever CTI says. Everything towards
// the bus is registered; ack and data are sampled into registers before use.
// A locked instruction (LOCK prefix, XCHG with memory: SDM vol. 3, 8.1.2) keeps CYC and LOCK from its first access to
// the end of its last, which is in the store buffer when the instruction has retired. Left out: locked changes of
// descriptors and page tables by the CPU itself, bus errors (a miss reads all ones).
module cpu_bus_unit (
    input logic clk_i,
    input logic rst_ni,
    input logic load_valid_i,  // of the load port: what is asked for now is the old state's

    // from the caches and the store buffer
    cpu_bus_if.unit bus,
    input logic     locked_i,  // a locked instruction is between its accesses

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
    output logic [ 1:0] wb_tgc_o,  // 0 data, 1 code, 2 page table walk
    input  logic        wb_ack_i,
    input  logic [31:0] wb_dat_i,
    input  logic [ 1:0] wb_tgd_i,  // may be cached; writing does not change it

    // from the bus: another master has stored into memory
    input logic        snoop_i,
    input logic [31:4] snoop_line_i
);

  localparam logic [2:0] CTI_CLASSIC = 3'd0;
  localparam logic [2:0] CTI_INCREMENTING = 3'd2;
  localparam logic [1:0] BTE_WRAP4 = 2'd1;
  localparam logic [1:0] TGC_DATA = 2'd0;
  localparam logic [1:0] TGC_CODE = 2'd1;
  localparam logic [1:0] TGC_WALK = 2'd2;

  typedef enum logic [1:0] {
    StIdle,
    StRead,
    StWrite,
    StFetch
  } state_e;

  state_e     state_q;
  logic [1:0] beats_q;  // words still to come behind the next one

  // A store taken while another is on the bus, which follows it at once.
  logic        next_q       /* verilator public_flat_rd */;
  logic        next_walk_q;
  logic [ 1:0] next_space_q;
  logic [31:2] next_addr_q  /* verilator public_flat_rd */;
  logic [ 3:0] next_sel_q;
  logic [31:0] next_data_q;

  assign bus.read_ready = state_q == StIdle;
  assign bus.write_ready = !bus.read_valid && (state_q == StIdle || (state_q == StWrite && !next_q && !wb_lock_o));
  assign bus.writing = state_q == StWrite || next_q;
  assign bus.fetch_ready = state_q == StIdle && !bus.read_valid && !bus.write_valid;

  task automatic start(state_e state, logic [31:2] adr, logic [3:0] sel, logic [1:0] space);
    state_q  <= state;
    wb_cyc_o <= 1'b1;
    wb_stb_o <= 1'b1;
    wb_we_o  <= state == StWrite;
    wb_adr_o <= adr;
    wb_sel_o <= sel;
    wb_tga_o <= space;
    wb_cti_o <= CTI_CLASSIC;
    wb_bte_o <= 2'd0;
    wb_tgc_o <= TGC_DATA;
    beats_q  <= 2'd0;
  endtask

  task automatic burst();
    wb_cti_o <= CTI_INCREMENTING;
    wb_bte_o <= BTE_WRAP4;
    beats_q  <= 2'd3;
  endtask

  task automatic start_read();
    start(StRead, bus.read_addr, bus.read_sel, bus.read_space);
    if (bus.read_line) burst();
    if (bus.read_walk) wb_tgc_o <= TGC_WALK;
    if (bus.read_lock) wb_lock_o <= 1'b1;
  endtask

  task automatic take_next();
    next_q <= 1'b1;
    next_walk_q <= bus.write_walk;
    next_space_q <= bus.write_space;
    next_addr_q <= bus.write_addr;
    next_sel_q <= bus.write_sel;
    next_data_q <= bus.write_data;
  endtask

  task automatic start_write(logic walk, logic [1:0] space, logic [31:2] addr, logic [3:0] sel, logic [31:0] data);
    start(StWrite, addr, sel, space);
    wb_dat_o <= data;
    if (walk) wb_tgc_o <= TGC_WALK;
  endtask

  task automatic start_buffered();
    start_write(bus.write_walk, bus.write_space, bus.write_addr, bus.write_sel, bus.write_data);
  endtask

  task automatic start_next();
    start_write(next_walk_q, next_space_q, next_addr_q, next_sel_q, next_data_q);
    next_q <= 1'b0;
  endtask

  task automatic start_fetch();
    start(StFetch, bus.fetch_addr, 4'hF, 2'd0);
    wb_tgc_o <= TGC_CODE;
    burst();
  endtask

  task automatic end_lock();
    wb_cyc_o  <= 1'b0;
    wb_lock_o <= 1'b0;
  endtask

  // Stores of a locked instruction may still be buffered.
  task automatic release_bus();
    state_q  <= StIdle;
    wb_stb_o <= 1'b0;
    wb_we_o  <= 1'b0;
    if (!locked_i && !(wb_lock_o && bus.write_valid)) end_lock();
  endtask

  // A word has come; it is the last of a burst, or all there is.
  task automatic take_word();
    bus.data <= wb_dat_i;
    bus.cacheable <= wb_tgd_i[0];
    bus.fixed <= wb_tgd_i[1];
    beats_q <= beats_q - 2'd1;
    if (beats_q == 2'd0 || !wb_tgd_i[0]) begin
      bus.last <= 1'b1;
      release_bus();
    end
  endtask

  always_ff @(posedge clk_i) begin
    bus.snoop <= snoop_i && rst_ni;
    bus.snoop_line <= snoop_line_i;
    bus.data_beat <= 1'b0;
    bus.fetch_beat <= 1'b0;
    bus.last <= 1'b0;
    unique case (state_q)
      StIdle: begin
        // Also of an instruction that ended without its store.
        if (wb_lock_o && !locked_i && !bus.write_valid) end_lock();
        if (bus.read_valid) start_read();
        else if (bus.write_valid) start_buffered();
        else if (bus.fetch_valid) start_fetch();
      end
      StRead:
      if (wb_ack_i) begin
        bus.data_beat <= 1'b1;
        take_word();
      end
      StWrite: begin
        if (!wb_ack_i) begin
          if (bus.write_valid && bus.write_ready) take_next();
        end else if (next_q) begin
          start_next();
        end else if (bus.write_valid && bus.write_ready) begin
          start_buffered();
        end else begin
          release_bus();
        end
      end
      StFetch:
      if (wb_ack_i) begin
        bus.fetch_beat <= 1'b1;
        take_word();
      end
    endcase
    if (!rst_ni || load_valid_i) begin
      next_q <= 1'b0;
      release_bus();
      if (!rst_ni) end_lock();
      bus.data_beat <= 1'b0;
      bus.fetch_beat <= 1'b0;
    end
  end

endmodule
