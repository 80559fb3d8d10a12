// The two 8259A interrupt controllers of a PC as one Wishbone slave: word 0 is the master (lane 0 is
// A0 = 0, lane 1 is A0 = 1), word 1 the slave, whose INT is line 2 of the master.
//
// Latency: an access sampled at edge n is acked after edge n; one of both lanes is done lane by lane
// and acked after edge n + 1. Both INTA pulses are one access with wb_inta_i, which answers the vector
// in lane 0. int_o follows a request line after two edges, through the slave after three.
//
// Load and unload port: load_valid_i replaces the state at the clock's edge; between two accesses only.
// state_o is the state at the latest rising edge of unload_clk_i, which no other register sees: being asked
// changes nothing. A chip ties both low.
module pic
  import pic_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // Wishbone slave
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [ 2:2] wb_adr_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    input  logic        wb_inta_i,  // the access is an interrupt acknowledge
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // from the devices; line 2 is the cascade's and is ignored
    input logic [15:0] irq_i,

    // to the CPU
    output logic int_o,

    // load and unload port
    input  logic       load_valid_i,
    input  pic_state_t load_state_i,
    input  logic       unload_clk_i,
    output pic_state_t state_o,

    // to the clock control: nothing changes until irq_i does or an access comes
    output logic idle_o
);

  logic       second_q;  // lane 1 of an access to both
  logic       idle_q;
  logic       access;
  logic       both;
  logic       lane;
  logic       read;
  logic       write;
  logic       inta;
  logic [7:0] data;

  assign access = wb_cyc_i && wb_stb_i && !wb_ack_o;
  assign inta   = access && wb_inta_i;
  assign both   = wb_sel_i[1:0] == 2'b11 && !wb_inta_i;
  assign lane   = !wb_inta_i && (both ? second_q : wb_sel_i[1]);
  assign read   = access && !wb_inta_i && !wb_we_i && wb_sel_i[1:0] != '0;
  assign write  = access && !wb_inta_i && wb_we_i && wb_sel_i[1:0] != '0;
  assign data   = lane ? wb_dat_i[15:8] : wb_dat_i[7:0];

  logic [7:0] master_status, master_mask, master_vector;
  logic [7:0] slave_status, slave_mask, slave_vector;
  logic master_int, master_cascade, master_settled;
  logic slave_int, slave_settled;
  logic unused_cascade;
  pic_chip_state_t master_state, slave_state;

  pic_8259a #(
      .IsMaster(1'b1)
  ) u_master (
      .clk_i,
      .rst_ni,
      .ir_i     ({irq_i[7:3], slave_int, irq_i[1:0]}),
      .read_i   (read && !wb_adr_i),
      .write_i  (write && !wb_adr_i),
      .a0_i     (lane),
      .data_i   (data),
      .status_o (master_status),
      .mask_o   (master_mask),
      .inta_i   (inta),
      .int_o    (master_int),
      .cascade_o(master_cascade),
      .vector_o (master_vector),
      .load_valid_i,
      .load_state_i(load_state_i.master),
      .unload_clk_i,
      .state_o  (master_state),
      .settled_o(master_settled)
  );

  pic_8259a #(
      .IsMaster(1'b0)
  ) u_slave (
      .clk_i,
      .rst_ni,
      .ir_i     (irq_i[15:8]),
      .read_i   (read && wb_adr_i),
      .write_i  (write && wb_adr_i),
      .a0_i     (lane),
      .data_i   (data),
      .status_o (slave_status),
      .mask_o   (slave_mask),
      .inta_i   (inta && master_cascade),
      .int_o    (slave_int),
      .cascade_o(unused_cascade),
      .vector_o (slave_vector),
      .load_valid_i,
      .load_state_i(load_state_i.slave),
      .unload_clk_i,
      .state_o  (slave_state),
      .settled_o(slave_settled)
  );

  logic [7:0] read_byte;
  always_comb begin
    if (wb_adr_i) read_byte = lane ? slave_mask : slave_status;
    else read_byte = lane ? master_mask : master_status;
    if (wb_inta_i) read_byte = master_cascade ? slave_vector : master_vector;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      wb_ack_o <= 1'b0;
      wb_dat_o <= '0;
      second_q <= 1'b0;
      int_o    <= 1'b0;
      idle_q   <= 1'b0;
    end else begin
      wb_ack_o <= access && (!both || second_q);
      second_q <= access && both && !second_q;
      if (access) begin
        wb_dat_o[31:16] <= '1;
        if (lane) wb_dat_o[15:8] <= read_byte;
        else wb_dat_o[7:0] <= read_byte;
      end
      int_o  <= master_int;
      idle_q <= !access && master_settled && slave_settled && int_o == master_int;
    end
    if (load_valid_i) begin
      wb_ack_o <= 1'b0;
      second_q <= 1'b0;
      int_o    <= load_state_i.intr[0];
      idle_q   <= 1'b0;
    end
  end

  logic intr_state_q;
  always_ff @(posedge unload_clk_i) intr_state_q <= int_o;
  assign state_o = '{intr: 32'(intr_state_q), master: master_state, slave: slave_state};

  assign idle_o = idle_q;

  logic unused;
  assign unused = ^{wb_sel_i[3:2], wb_dat_i[31:16], irq_i[2], unused_cascade, load_state_i.intr};
endmodule
