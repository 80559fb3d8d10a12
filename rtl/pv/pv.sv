// The paravirtual interface, port ABBA, as a bus master that moves the data of each call itself; models/pv/pv_page.h
// says what the calls are.
//
// Time: a bus request sampled at edge n takes effect and is acknowledged at edge n+1. One call is remembered while
// another call or the ring is under way, and one doorbell; between two descriptors of the ring a call is carried out.
//
// Master port: one classic transfer after the other, or a burst of the four words of a line (CTI 010, BTE 01) where
// that is read whole. Only RAM is read, all of which may be cached, so that a burst is never cut short.
//
// Whatever moves goes through the buffer of a sector: line (arguments, an entry) or text from memory; a sector from
// memory to the medium or back; a frame from memory to text memory, in pieces.
//
// Medium port, as the ATA controller's: medium_req_o stays high until medium_done_i. A read is answered with 128 words
// on medium_r*_i before done; a write sends 128 words on medium_w*_o, one a cycle, from the request on. Done comes
// with ok or not. There is no latency of a drive beside what the medium takes.
//
// Load and unload port: load_valid_i replaces the state at the clock's edge, while idle_o is high only; what is
// under way is no part of it. state_o is the state at the latest rising edge of
// unload_clk_i, which no other register sees: being asked changes nothing. A chip ties both low.
module pv
  import memory_map_pkg::*;
  import pv_pkg::*;
  import pv_state_pkg::*;
(
    input logic clk_i,
    input logic rst_ni,

    // from the bus
    input  logic        wb_cyc_i,
    input  logic        wb_stb_i,
    input  logic        wb_we_i,
    input  logic [ 3:2] wb_adr_i,
    input  logic [ 3:0] wb_sel_i,
    input  logic [31:0] wb_dat_i,
    output logic        wb_ack_o,
    output logic [31:0] wb_dat_o,

    // to the bus, memory space
    output logic        m_cyc_o,
    output logic        m_stb_o,
    output logic        m_we_o,
    output logic [31:2] m_adr_o,
    output logic [ 3:0] m_sel_o,
    output logic [31:0] m_dat_o,
    output logic [ 2:0] m_cti_o,
    output logic [ 1:0] m_bte_o,
    input  logic        m_ack_i,
    input  logic [31:0] m_dat_i,

    // to the interrupt controller
    output logic irq_o,

    // to and from the medium
    input  logic [32:0] medium_sectors_i,  // static
    output logic        medium_req_o,
    output logic [ 1:0] medium_op_o,       // medium_op_e
    output logic [31:0] medium_lba_o,
    output logic        medium_wvalid_o,
    output logic [ 6:0] medium_windex_o,
    output logic [31:0] medium_wdata_o,
    input  logic        medium_rvalid_i,
    input  logic [ 6:0] medium_rindex_i,
    input  logic [31:0] medium_rdata_i,
    input  logic        medium_done_i,
    input  logic        medium_ok_i,

    // to and from the platform
    input  logic [32:0] ram_bytes_i,     // static
    input  logic [63:0] cycles_i,        // of this edge
    input  logic [63:0] instructions_i,  // retired
    output logic        char_valid_o,    // for one cycle: char_o is the next byte of a text,
    output logic [ 7:0] char_o,
    output logic        text_is_label_o, // of a LABEL, and not of a TEXT
    output logic        done_valid_o,    // for one cycle: call done_call_o has ended,
    output logic [31:0] done_call_o,
    output logic [ 3:0] done_error_o,
    output logic [ 7:0] done_status_o,   // with the exit status if it is EXIT,
    output logic [ 6:0] done_served_o,   // with so many descriptors if it is RING

    // load and unload port
    input  logic        load_valid_i,
    input  pv_state_t   load_state_i,
    input  logic        unload_clk_i,
    output pv_state_t   state_o,

    // to the clock control
    output logic idle_o  // nothing in progress, at no port
);

  localparam logic [2:0] CTI_CLASSIC = 3'b000;
  localparam logic [2:0] CTI_INCREMENTING = 3'b010;
  localparam logic [1:0] BTE_WRAP4 = 2'b01;

  //////////////
  // The port //
  //////////////

  logic [31:0] number;       // written so far
  logic [31:0] number_next;  // with what the access in progress writes
  logic        called;       // it writes the last byte of it
  logic        looked;       // it reads the first byte of the page's address
  logic        port_idle;

  pv_port u_port (
      .clk_i,
      .rst_ni,
      .wb_cyc_i,
      .wb_stb_i,
      .wb_we_i,
      .wb_adr_i,
      .wb_sel_i,
      .wb_dat_i,
      .wb_ack_o,
      .wb_dat_o,
      .load_valid_i,
      .load_number_i(load_state_i.number),
      .number_o     (number),
      .number_next_o(number_next),
      .called_o     (called),
      .looked_o     (looked),
      .idle_o       (port_idle)
  );

  ////////////
  // Buffer //
  ////////////

  pv_state_e   state_q;
  pv_state_e   after_q;
  logic [31:0] buffer_q[SECTOR_WORDS];
  logic [31:0] line_q[LINE_WORDS];  // what was loaded last, by the lowest bits of its place in the buffer
  logic [ 6:0] index_q;             // of the buffer's next word
  logic [ 7:0] words_q;             // still to move, the one on the bus among them
  logic [ 1:0] acks_left_q;         // of a burst, after the next one

  logic        loaded;
  assign loaded = state_q == StLoad && m_ack_i;

  always_ff @(posedge clk_i) begin
    if (medium_rvalid_i) begin
      buffer_q[medium_rindex_i] <= medium_rdata_i;
    end else if (loaded) begin
      buffer_q[index_q] <= m_dat_i;
    end
    if (loaded) line_q[index_q[1:0]] <= m_dat_i;
  end

  ///////////
  // Calls //
  ///////////

  logic        call_waits_q;
  logic        doorbell_q;
  logic [31:0] waiting_q;      // its number
  logic        call_active_q;  // from its beginning to its status
  logic [31:0] call_q;
  error_t      error_q;        // of a call or transfer
  logic [ 7:0] exit_status_q;

  // text and frame
  logic [ 1:0] lane_q;         // of the text's next byte
  logic [ 8:0] bytes_q;        // still to come
  logic [ 9:0] frame_q;        // words still to come
  logic [31:2] from_q;

  // a transfer
  origin_e     origin_q;
  logic [31:0] lba_q;
  logic [31:0] sectors_q;
  logic [31:0] address_q;
  logic [31:0] direction_q;
  logic        medium_failed_q;
  logic        sending_q;

  // a list
  logic [ 6:0] entries_q;
  logic [ 6:0] done_q;

  // the ring
  logic        ring_active_q;
  logic [31:0] tail_q;
  logic [ 6:0] left_q;
  logic [ 6:0] served_q;
  logic        interrupt_q;  // is wanted
  error_t      ring_error_q;

  logic [63:0] cycles_q;
  logic [63:0] instructions_q;

  task automatic request_read(logic [31:2] address, logic [7:0] words);
    logic burst;
    burst       = address[3:2] == 2'd0 && words >= 8'(LINE_WORDS);
    m_cyc_o     <= 1'b1;
    m_stb_o     <= 1'b1;
    m_we_o      <= 1'b0;
    m_adr_o     <= address;
    m_sel_o     <= 4'b1111;
    m_cti_o     <= burst ? CTI_INCREMENTING : CTI_CLASSIC;
    m_bte_o     <= burst ? BTE_WRAP4 : 2'b00;
    acks_left_q <= burst ? 2'd3 : 2'd0;
  endtask

  task automatic request_write(logic [31:2] address, logic [31:0] data, logic [3:0] sel);
    m_cyc_o <= 1'b1;
    m_stb_o <= 1'b1;
    m_we_o  <= 1'b1;
    m_adr_o <= address;
    m_dat_o <= data;
    m_sel_o <= sel;
    m_cti_o <= CTI_CLASSIC;
    m_bte_o <= 2'b00;
  endtask

  task automatic end_request();
    m_cyc_o <= 1'b0;
    m_stb_o <= 1'b0;
    state_q <= after_q;
  endtask

  // `words` words from `address` on, 1 to 128, to the buffer's beginning.
  task automatic load(logic [31:2] address, logic [7:0] words, pv_state_e after);
    index_q <= '0;
    words_q <= words;
    after_q <= after;
    state_q <= StLoad;
    request_read(address, words);
  endtask

  // The buffer's first words to memory.
  task automatic store(logic [31:2] address, logic [7:0] words, pv_state_e after);
    index_q <= 7'd1;
    words_q <= words;
    after_q <= after;
    state_q <= StStore;
    request_write(address, buffer_q[0], 4'b1111);
  endtask

  // One word, or some bytes of it.
  task automatic store_word(logic [31:2] address, logic [31:0] data, logic [3:0] sel, pv_state_e after);
    words_q <= 8'd1;
    after_q <= after;
    state_q <= StStore;
    request_write(address, data, sel);
  endtask

  task automatic ask_medium(medium_op_e op, pv_state_e after);
    medium_req_o <= 1'b1;
    medium_op_o  <= op;
    medium_lba_o <= lba_q;
    index_q      <= '0;
    sending_q    <= op == MediumWrite;
    after_q      <= after;
    state_q      <= StMedium;
  endtask

  task automatic end_call(error_t error);
    error_q <= error;
    state_q <= StStatus;
  endtask

  task automatic take_transfer(origin_e origin, logic [31:0] sectors, logic [31:0] direction);
    origin_q    <= origin;
    lba_q       <= line_q[0];
    sectors_q   <= sectors;
    address_q   <= line_q[2];
    direction_q <= direction;
    state_q     <= StTransfer;
  endtask

  // What is written at the port: a call, or the doorbell. A call made while another waits or is under way is dropped.
  task automatic take_number();
    if (called) begin
      if (number_next == PV_CALL_RING) begin
        doorbell_q <= 1'b1;
      end else if (!call_waits_q && !call_active_q) begin
        call_waits_q <= 1'b1;
        waiting_q    <= number_next;
      end
    end
  endtask

  task automatic start_next();
    if (call_waits_q) begin
      call_waits_q  <= 1'b0;
      call_active_q <= 1'b1;
      call_q        <= waiting_q;
      load(page_word(PV_WORD_ARGUMENT), 8'(LINE_WORDS), StCall);
    end else if (ring_active_q) begin
      if (left_q == '0) begin
        state_q <= StRingStatus;
      end else begin
        load(page_word(PV_WORD_RING) + {22'd0, tail_q[5:0], 2'd0}, 8'(LINE_WORDS), StDescriptor);
      end
    end else if (doorbell_q) begin
      doorbell_q <= 1'b0;
      load(page_word(PV_WORD_RING_HEAD), 8'(LINE_WORDS), StRing);
    end
  endtask

  task automatic start_call();
    cycles_q       <= cycles_i;
    instructions_q <= instructions_i;
    exit_status_q  <= line_q[0][7:0];
    unique case (call_q)
      PV_CALL_CHARACTER: draw_character();
      PV_CALL_FRAME: begin
        from_q  <= line_q[0][31:2];
        frame_q <= 10'(FRAME_WORDS);
        address_q <= VGA_TEXT_BASE;
        if (line_q[0][1:0] == 2'd0 && is_ram(line_q[0], 4 * FRAME_WORDS, ram_bytes_i)) state_q <= StFrame;
        else end_call(error_t'(PV_ERROR_ADDRESS));
      end
      PV_CALL_DISK_WRITE: take_transfer(OfCall, 32'd1, PV_WRITE);
      PV_CALL_DISK_READ: take_transfer(OfCall, 32'd1, PV_READ);
      PV_CALL_LIST: begin
        done_q    <= '0;
        entries_q <= line_q[0][6:0];
        error_q   <= '0;
        state_q   <= StList;
        if (line_q[0] == '0 || line_q[0] > PV_LIST_ENTRIES) begin
          error_q <= error_t'(PV_ERROR_LENGTH);
          state_q <= StListDone;
        end
      end
      PV_CALL_TEXT, PV_CALL_LABEL: load_text();
      PV_CALL_COUNTS: state_q <= StCounts;
      PV_CALL_EXIT, PV_CALL_REGION_BEGIN, PV_CALL_REGION_END, PV_CALL_WAVES_ON, PV_CALL_WAVES_OFF:
      end_call('0);
      default: end_call(error_t'(PV_ERROR_CALL));
    endcase
  endtask

  task automatic draw_character();
    logic [10:0] at;
    at = 11'(line_q[2][4:0]) * 11'(COLUMNS) + 11'(line_q[3][6:0]);
    if (line_q[2] >= ROWS || line_q[3] >= COLUMNS) begin
      end_call(error_t'(PV_ERROR_CELL));
    end else begin
      error_q <= '0;
      store_word(30'(VGA_TEXT_BASE / 4) + 30'(at[10:1]), {2{line_q[1][7:0], line_q[0][7:0]}},
                 at[0] ? 4'b1100 : 4'b0011, StStatus);
    end
  endtask

  task automatic load_text();
    error_t error;
    error  = text_error(line_q[0], line_q[1], ram_bytes_i);
    lane_q  <= line_q[0][1:0];
    bytes_q <= line_q[1][8:0];
    text_is_label_o <= call_q == PV_CALL_LABEL;
    if (error == '0) load(line_q[0][31:2], 8'((32'(line_q[0][1:0]) + line_q[1] + 32'd3) / 4), StText);
    else end_call(error);
  endtask

  // A byte to the platform.
  task automatic emit_text();
    char_valid_o <= 1'b1;
    char_o       <= buffer_q[index_q][8*lane_q+:8];
    lane_q       <= lane_q + 2'd1;
    bytes_q      <= bytes_q - 9'd1;
    if (lane_q == 2'd3) index_q <= index_q + 7'd1;
    if (bytes_q == 9'd1) end_call('0);
  endtask

  // Words of the next piece of a frame.
  function automatic logic [7:0] piece(logic [9:0] left);
    return left > 10'(SECTOR_WORDS) ? 8'(SECTOR_WORDS) : left[7:0];
  endfunction

  task automatic start_piece();
    if (frame_q == '0) end_call('0);
    else load(from_q, piece(frame_q), StFrameLoaded);
  endtask

  task automatic store_piece();
    frame_q   <= frame_q - 10'(piece(frame_q));
    from_q    <= from_q + 30'(piece(frame_q));
    address_q <= address_q + {22'd0, piece(frame_q), 2'd0};
    store(address_q[31:2], piece(frame_q), StFrame);
  endtask

  // The results' four words one after the other; each counts the index on.
  task automatic store_counts();
    unique case (index_q[1:0])
      2'd0: store_word(page_word(PV_WORD_RESULT), cycles_q[31:0], 4'b1111, StCounts);
      2'd1: store_word(page_word(PV_WORD_RESULT + 1), cycles_q[63:32], 4'b1111, StCounts);
      2'd2: store_word(page_word(PV_WORD_RESULT + 2), instructions_q[31:0], 4'b1111, StCounts);
      default: begin
        error_q <= '0;
        store_word(page_word(PV_WORD_RESULT + 3), instructions_q[63:32], 4'b1111, StStatus);
      end
    endcase
  endtask

  task automatic start_transfer();
    error_t error;
    error   = transfer_error(lba_q, sectors_q, address_q, direction_q, ram_bytes_i, medium_sectors_i);
    error_q <= error;
    if (error != '0) begin
      state_q <= StTransferDone;
    end else if (direction_q == PV_FLUSH) begin
      sectors_q <= 32'd1;  // to be over with one answer of the medium
      ask_medium(MediumFlush, StSectorMoved);
    end else begin
      state_q <= StSector;
    end
  endtask

  task automatic end_sector();
    lba_q     <= lba_q + 32'd1;
    address_q <= address_q + SECTOR_BYTES;
    sectors_q <= sectors_q - 32'd1;
    state_q   <= sectors_q == 32'd1 ? StTransferDone : StSector;
    if (medium_failed_q) begin
      error_q <= error_t'(PV_ERROR_MEDIUM);
      state_q <= StTransferDone;
    end
  endtask

  task automatic end_transfer();
    unique case (origin_q)
      OfCall: state_q <= StStatus;
      OfList: begin
        if (error_q == '0) done_q <= done_q + 7'd1;
        state_q <= error_q == '0 ? StList : StListDone;
      end
      default:
      store_word(page_word(PV_WORD_RING) + {22'd0, tail_q[5:0], 2'd3}, PV_DONE | 32'(error_q), 4'b1111, StTail);
    endcase
  endtask

  task automatic start_ring();
    logic [31:0] published;
    published    = line_q[0] - line_q[1];
    tail_q       <= line_q[1];
    interrupt_q  <= line_q[2] != '0;
    left_q       <= published[6:0];
    served_q     <= published[6:0];
    ring_error_q <= '0;
    if (published > PV_RING_ENTRIES) begin
      left_q       <= '0;
      served_q     <= '0;
      ring_error_q <= error_t'(PV_ERROR_RING);
    end
    ring_active_q <= 1'b1;
    state_q       <= StNext;
  endtask

  task automatic step_load();
    if (m_ack_i) begin
      index_q     <= index_q + 7'd1;
      words_q     <= words_q - 8'd1;
      acks_left_q <= acks_left_q - 2'd1;
      if (acks_left_q == '0) begin
        if (words_q == 8'd1) begin
          index_q <= '0;
          end_request();
        end else begin
          request_read(m_adr_o + (m_cti_o == CTI_INCREMENTING ? 30'(LINE_WORDS) : 30'd1), words_q - 8'd1);
        end
      end
    end
  endtask

  task automatic step_store();
    if (m_ack_i) begin
      index_q <= index_q + 7'd1;
      words_q <= words_q - 8'd1;
      if (words_q == 8'd1) end_request();
      else request_write(m_adr_o + 30'd1, buffer_q[index_q], 4'b1111);
    end
  endtask

  task automatic step_medium();
    if (sending_q) begin
      medium_wvalid_o <= 1'b1;
      medium_windex_o <= index_q;
      medium_wdata_o  <= buffer_q[index_q];
      index_q         <= index_q + 7'd1;
      sending_q       <= index_q != 7'(SECTOR_WORDS - 1);
    end
    if (medium_done_i) begin
      medium_req_o    <= 1'b0;
      medium_failed_q <= !medium_ok_i;
      state_q         <= after_q;
    end
  endtask

  task automatic report(logic [31:0] call, error_t error);
    done_valid_o <= 1'b1;
    done_call_o  <= call;
    done_error_o <= error;
    state_q      <= StNext;
  endtask

  always_ff @(posedge clk_i) begin
    char_valid_o    <= 1'b0;
    done_valid_o    <= 1'b0;
    medium_wvalid_o <= 1'b0;
    if (!rst_ni) begin
      state_q       <= StNext;
      call_waits_q  <= 1'b0;
      call_active_q <= 1'b0;
      doorbell_q    <= 1'b0;
      ring_active_q <= 1'b0;
      medium_req_o  <= 1'b0;
      irq_o         <= 1'b0;
      m_cyc_o       <= 1'b0;
      m_stb_o       <= 1'b0;
    end else begin
      if (looked) irq_o <= 1'b0;

      unique case (state_q)
        StNext:   start_next();
        StLoad:   step_load();
        StStore:  step_store();
        StMedium: step_medium();

        StCall:        start_call();
        StFrame:       start_piece();
        StFrameLoaded: store_piece();
        StText:        emit_text();
        StCounts:      store_counts();
        StStatus:
        store_word(page_word(PV_WORD_STATUS), 32'(error_q), 4'b1111, StDone);
        StDone: begin
          call_active_q <= 1'b0;
          done_status_o <= exit_status_q;
          report(call_q, error_q);
        end

        StTransfer: start_transfer();
        StSector: begin
          if (direction_q == PV_READ) ask_medium(MediumRead, StSectorRead);
          else load(address_q[31:2], 8'(SECTOR_WORDS), StSectorLoaded);
        end
        StSectorRead: begin
          if (medium_failed_q) state_q <= StSectorMoved;
          else store(address_q[31:2], 8'(SECTOR_WORDS), StSectorMoved);
        end
        StSectorLoaded: ask_medium(MediumWrite, StSectorMoved);
        StSectorMoved:  end_sector();
        StTransferDone: end_transfer();

        StList: begin
          if (done_q == entries_q) begin
            state_q <= StListDone;
          end else begin
            load(page_word(PV_WORD_LIST) + {21'd0, done_q, 2'd0}, 8'(LINE_WORDS), StEntry);
          end
        end
        StEntry: take_transfer(OfList, line_q[1], line_q[3]);
        StListDone:
        store_word(page_word(PV_WORD_RESULT), 32'(done_q), 4'b1111, StStatus);

        StRing:       start_ring();
        StDescriptor: take_transfer(OfRing, line_q[1], line_q[3]);
        StTail: begin
          tail_q <= tail_q + 32'd1;
          left_q <= left_q - 7'd1;
          store_word(page_word(PV_WORD_RING_TAIL), tail_q + 32'd1, 4'b1111, StNext);
        end
        StRingStatus: begin
          store_word(page_word(PV_WORD_RING_STATUS), 32'(ring_error_q), 4'b1111, StRingDone);
        end
        default: begin  // StRingDone
          ring_active_q <= 1'b0;
          done_served_o <= served_q;
          if (served_q != '0 && interrupt_q) irq_o <= 1'b1;
          report(PV_CALL_RING, ring_error_q);
        end
      endcase
      take_number();
    end
    if (load_valid_i) irq_o <= load_state_i.irq[0];
  end

  always_ff @(posedge unload_clk_i) state_o <= '{32'd0, 32'(irq_o), number};

  logic unused;
  assign unused = ^load_state_i;

  assign idle_o = state_q == StNext && !call_waits_q && !doorbell_q && !ring_active_q && port_idle && !done_valid_o;

endmodule
