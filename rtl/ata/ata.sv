// ATA controller with one drive (device 0): PIO commands of ATA/ATAPI-6 (T13/1410D) in LBA28 and in
// the default CHS translation (16 heads, 63 sectors). The medium is outside, behind a port of its own.
//
// Block of offsets: 0..7 = ports 1F0..1F7, 10 = port 3F6. An 8-bit access to the data port strobes a
// whole 16-bit word, as on the cable: a read gives its low byte, a write stores the byte with zeroes
// above it; a 32-bit access moves two words.
//
// Time: a bus request sampled at edge n takes effect and is acknowledged at edge n+1, called the edge
// of the access. BSY set by it for k cycles (memory_map_pkg) is clear after that edge + k.
//
// Medium port: medium_req_o stays high until medium_done_i. A read is answered with 128 words on
// medium_r*_i before done; a write sends 128 words on medium_w*_o, one a cycle, from the request on.
// BSY lasts longer if the medium takes longer than the latency it stands for. Done comes with ok or not.
//
// While BSY is 1 every register of the Command Block reads as Status (ATA-1, 7.2.13), of the data port only
// the lower byte, and writes to it are ignored, as they are while DRQ is 1.
// A medium of 0 sectors is no drive: all ones.
//
// Commands: EXECUTE DEVICE DIAGNOSTIC, FLUSH CACHE, IDENTIFY DEVICE, INITIALIZE DEVICE PARAMETERS,
// READ SECTORS, READ VERIFY SECTORS, RECALIBRATE, SEEK, SET FEATURES (default PIO mode, reverting to
// defaults at a reset), WRITE SECTORS. All others end with ABRT.
// Left out: DMA, 48-bit addresses (and HOB), READ, WRITE and SET MULTIPLE, READ and WRITE BUFFER, WRITE
// SAME, WRITE VERIFY, power management, the feature sets IDENTIFY DEVICE does not name, ATAPI; of ATA-1's
// mandatory commands FORMAT TRACK, READ LONG and WRITE LONG and of its registers Drive Address (3F7),
// which later standards dropped; a second drive (it reads as absent: status 00, commands but 90 ignored),
// other CHS translations.
//
// Load and unload port: load_valid_i replaces the registers at the clock's edge, between two accesses only,
// and ends what goes on at the medium port; the buffer is loaded through medium_r*_i meanwhile. state_o and
// unload_word_o, word unload_index_i of the buffer, are as of the latest rising edge of unload_clk_i, which no
// other register sees: being asked changes nothing. A chip ties load_valid_i and unload_clk_i low.
module ata
  import ata_pkg::*;
  import ata_state_pkg::*;
  import memory_map_pkg::*;
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

    // to the interrupt controller
    output logic irq_o,  // INTRQ, IRQ 14

    // to and from the medium
    input  logic [27:0] medium_sectors_i,    // static
    input  logic [13:0] medium_cylinders_i,  // static
    output logic        medium_req_o,
    output logic [ 1:0] medium_op_o,         // medium_op_e
    output logic [27:0] medium_lba_o,
    output logic        medium_wvalid_o,
    output logic [ 6:0] medium_windex_o,
    output logic [31:0] medium_wdata_o,
    input  logic        medium_rvalid_i,
    input  logic [ 6:0] medium_rindex_i,
    input  logic [31:0] medium_rdata_i,
    input  logic        medium_done_i,
    input  logic        medium_ok_i,

    // to the run log
    output logic        command_valid_o,  // for one cycle: command_o was accepted
    output logic [ 7:0] command_o,
    output logic        command_moves_o,  // it is a transfer; lba and count have a meaning
    output logic [27:0] command_lba_o,
    output logic [ 7:0] command_count_o,  // as written: 0 is 256
    output logic        data_request_o,   // DRQ

    // load and unload port
    input  logic        load_valid_i,
    input  ata_state_t  load_state_i,
    input  logic        unload_clk_i,
    input  logic [ 6:0] unload_index_i,
    output ata_state_t  state_o,
    output logic [31:0] unload_word_o,
    output logic        medium_matters_o,  // with state_o: the end of BSY will say what the medium said

    // to the clock control
    output logic idle_o  // no timer or transfer in progress
);

  localparam int unsigned TIMER_BITS = 12;
  typedef logic [TIMER_BITS-1:0] timer_t;

  ////////////////////
  // Bus, first edge //
  ////////////////////

  logic        access_q;
  logic        we_q;
  logic [ 3:2] adr_q;
  logic [ 3:0] sel_q;
  logic [31:0] wdata_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      access_q <= 1'b0;
    end else begin
      access_q <= wb_cyc_i && wb_stb_i && !wb_ack_o && !access_q && !load_valid_i;
    end
    we_q    <= wb_we_i;
    adr_q   <= wb_adr_i;
    sel_q   <= wb_sel_i;
    wdata_q <= wb_dat_i;
  end

  ///////////
  // State //
  ///////////

  ata_state_e state_q, state_d;
  outcome_e outcome_q, outcome_d;
  timer_t timer_q, timer_d;
  task_file_t task_q, task_d;
  logic [7:0] command_q, command_d;
  logic [7:0] features_q, features_d;
  logic error_flag_q, error_flag_d;  // ERR
  logic pending_q, pending_d;        // interrupt pending
  logic nien_q, nien_d;
  logic [8:0] word_q, word_d;        // next word of the buffer to move

  logic command_start;
  logic read_next;  // the next sector of a read or verification
  logic medium_start;
  medium_op_e medium_op;
  logic medium_busy_q;
  logic medium_failed_q;
  logic [27:0] sectors_q;
  logic [13:0] cylinders_q;
  logic present;

  assign present = sectors_q != '0;

  ///////////////////////////
  // Access, second edge   //
  ///////////////////////////

  logic data_access;
  logic [1:0] words_moved;
  logic [7:0] status;
  logic busy;  // BSY as the host sees it

  assign busy = |(status & STATUS_BSY);
  assign data_access = access_q && adr_q == 2'd0 && sel_q[0] && present;
  assign words_moved = (&sel_q) ? 2'd2 : 2'd1;

  always_comb begin
    unique case (state_q)
      StBusy, StSoftReset:  status = STATUS_BSY;
      StDataIn, StDataOut:  status = STATUS_READY | STATUS_DRQ;
      default:              status = STATUS_READY | (error_flag_q ? STATUS_ERR : 8'h00);
    endcase
    if (task_q.address.device.dev) status = 8'h00;
  end

  always_comb begin
    state_d        = state_q;
    outcome_d      = outcome_q;
    timer_d        = timer_q;
    task_d         = task_q;
    command_d      = command_q;
    features_d     = features_q;
    error_flag_d   = error_flag_q;
    pending_d      = pending_q;
    nien_d         = nien_q;
    word_d         = word_q;
    command_start  = 1'b0;
    read_next      = 1'b0;
    medium_start   = 1'b0;
    medium_op      = MediumRead;

    // Reading the Status register is the interrupt acknowledge (ATA-1, 7.2.13). Before the state machine, so
    // that an interrupt rising at this very edge is kept.
    if (access_q && !we_q && adr_q == 2'd1 && sel_q[3] && !task_q.address.device.dev) pending_d = 1'b0;

    unique case (state_q)
      StReady: begin
        if (access_q && we_q && present) begin
          if (adr_q == 2'd0 && !sel_q[0]) begin
            if (sel_q[1]) features_d = wdata_q[15:8];
            if (sel_q[2]) task_d.count = wdata_q[23:16];
            if (sel_q[3]) task_d.address.lba_low = wdata_q[31:24];
          end else if (adr_q == 2'd1) begin
            if (sel_q[0]) task_d.address.lba_mid = wdata_q[7:0];
            if (sel_q[1]) task_d.address.lba_high = wdata_q[15:8];
            if (sel_q[2]) task_d.address.device = wdata_q[23:16];
            // EXECUTE DEVICE DIAGNOSTIC is for both drives, whichever is selected (ATA-1, table 9-1).
            command_start = sel_q[3] &&
                (!task_d.address.device.dev || wdata_q[31:24] == CMD_EXECUTE_DIAGNOSTIC);
          end
        end

        if (command_start) begin
          state_d      = StBusy;
          outcome_d    = OutDone;
          timer_d      = timer_t'(ATA_COMMAND_CYCLES - 1);
          command_d    = wdata_q[31:24];
          task_d.error = 8'h00;
          error_flag_d = 1'b0;
          pending_d    = 1'b0;
          unique casez (command_d)
            CMD_READ_SECTORS, CMD_READ_SECTORS | 8'h01, CMD_READ_VERIFY, CMD_READ_VERIFY | 8'h01: begin
              outcome_d    = verifies(command_d) ? OutVerified : OutOfferIn;
              medium_start = address_exists(task_d.address, sectors_q);
              if (!medium_start) begin
                outcome_d    = OutFailed;
                task_d.error = ERROR_IDNF;
              end
            end
            CMD_WRITE_SECTORS, CMD_WRITE_SECTORS | 8'h01: begin
              outcome_d = OutOfferFirstOut;
              if (!address_exists(task_d.address, sectors_q)) begin
                outcome_d    = OutFailed;
                task_d.error = ERROR_IDNF;
              end
            end
            CMD_IDENTIFY_DEVICE: outcome_d = OutOfferIn;
            CMD_FLUSH_CACHE: begin
              timer_d      = timer_t'(ATA_FLUSH_CYCLES - 1);
              medium_start = 1'b1;
              medium_op    = MediumFlush;
            end
            {CMD_RECALIBRATE[7:4], 4'b????}: ;
            {CMD_SEEK[7:4], 4'b????}: begin
              if (!address_exists(task_d.address, sectors_q)) begin
                outcome_d    = OutFailed;
                task_d.error = ERROR_IDNF;
              end
            end
            CMD_EXECUTE_DIAGNOSTIC: begin
              outcome_d             = OutDiagnosed;
              task_d.address.device = '0;
            end
            CMD_SET_FEATURES: begin
              if (!feature_exists(features_q, task_d.count)) begin
                outcome_d    = OutFailed;
                task_d.error = ERROR_ABRT;
              end
            end
            CMD_INITIALIZE_PARAMETERS: begin
              if (task_d.count != 8'(SECTORS_PER_TRACK) || task_d.address.device.head != 4'(HEADS - 1)) begin
                outcome_d    = OutFailed;
                task_d.error = ERROR_ABRT;
              end
            end
            default: begin
              outcome_d    = OutFailed;
              task_d.error = ERROR_ABRT;
            end
          endcase
        end
      end

      StBusy: begin
        if (timer_q != '0) begin
          timer_d = timer_q - 1'b1;
        end else if (!medium_busy_q) begin
          state_d = StReady;
          word_d  = '0;
          unique case (outcome_q)
            OutDone, OutFailed: begin
              error_flag_d = outcome_q == OutFailed || medium_failed_q;
              if (medium_failed_q) task_d.error = ERROR_ABRT;
              pending_d = 1'b1;
            end
            OutOfferIn: begin
              if (medium_failed_q) begin
                error_flag_d = 1'b1;
                task_d.error = ERROR_UNC;
              end else begin
                state_d = StDataIn;
              end
              pending_d = 1'b1;
            end
            OutOfferFirstOut: state_d = StDataOut;
            OutSectorStored: begin
              pending_d = 1'b1;
              if (medium_failed_q) begin
                error_flag_d = 1'b1;
                task_d.error = ERROR_ABRT;
              end else if (task_q.count != 8'd1) begin
                task_d.address = next_sector(task_q.address);
                task_d.count = task_q.count - 8'd1;
                if (address_exists(task_d.address, sectors_q)) begin
                  state_d = StDataOut;
                end else begin
                  error_flag_d = 1'b1;
                  task_d.error = ERROR_IDNF;
                end
              end else begin
                task_d.count = 8'd0;
              end
            end
            OutVerified: begin
              if (medium_failed_q) begin
                error_flag_d = 1'b1;
                task_d.error = ERROR_UNC;
                pending_d    = 1'b1;
              end else begin
                task_d.count = task_q.count - 8'd1;
                read_next    = task_q.count != 8'd1;
                pending_d    = !read_next;
              end
            end
            OutDiagnosed: begin
              task_d    = SIGNATURE;
              pending_d = 1'b1;
            end
            OutResetDone: task_d = SIGNATURE;
            default: ;
          endcase
        end
      end

      StDataIn: begin
        if (data_access && !we_q) begin
          word_d = word_q + 9'(words_moved);
          if (word_d[8]) begin
            state_d = StReady;
            if (command_q != CMD_IDENTIFY_DEVICE) begin
              task_d.count = task_q.count - 8'd1;
              read_next    = task_q.count != 8'd1;
              outcome_d    = OutOfferIn;
            end
          end
        end
      end

      StDataOut: begin
        if (data_access && we_q) begin
          word_d = word_q + 9'(words_moved);
          if (word_d[8]) begin
            state_d      = StBusy;
            outcome_d    = OutSectorStored;
            timer_d      = timer_t'(ATA_SECTOR_CYCLES - 1);
            medium_start = 1'b1;
            medium_op    = MediumWrite;
          end
        end
      end

      default: ;  // StSoftReset
    endcase

    if (read_next) begin
      task_d.address = next_sector(task_q.address);
      state_d        = StBusy;
      timer_d        = timer_t'(ATA_SECTOR_CYCLES - 1);
      medium_start   = address_exists(task_d.address, sectors_q);
      if (!medium_start) begin
        outcome_d    = OutFailed;
        task_d.error = ERROR_IDNF;
      end
    end

    // Device Control: accepted in every state, and stronger than what the state wants.
    if (access_q && we_q && adr_q == 2'd2 && sel_q[2] && present) begin
      nien_d = wdata_q[16+CONTROL_NIEN];
      if (wdata_q[16+CONTROL_SRST]) begin
        state_d       = StSoftReset;
        task_d        = task_q;
        task_d.address.device = '0;
        error_flag_d  = 1'b0;
        pending_d     = 1'b0;
      end else if (state_q == StSoftReset) begin
        state_d   = StBusy;
        outcome_d = OutResetDone;
        timer_d   = timer_t'(ATA_RESET_CYCLES - 1);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q      <= StReady;
      outcome_q    <= OutDone;
      timer_q      <= '0;
      task_q       <= SIGNATURE;
      command_q    <= '0;
      features_q   <= '0;
      error_flag_q <= 1'b0;
      pending_q    <= 1'b0;
      nien_q       <= 1'b0;
      word_q       <= '0;
      irq_o        <= 1'b0;
    end else begin
      state_q      <= state_d;
      outcome_q    <= outcome_d;
      timer_q      <= timer_d;
      task_q       <= task_d;
      command_q    <= command_d;
      features_q   <= features_d;
      error_flag_q <= error_flag_d;
      pending_q    <= pending_d;
      nien_q       <= nien_d;
      word_q       <= word_d;
      // Driven only by the selected device and while nIEN is 0 (ATA-1, 7.2.6).
      irq_o        <= pending_d && !nien_d && !task_d.address.device.dev;
    end
    if (load_valid_i) begin
      state_q      <= ata_state_e'(load_state_i.phase[2:0]);
      outcome_q    <= outcome_e'(load_state_i.outcome[2:0]);
      timer_q      <= timer_t'(load_state_i.busy_left - 32'd1);
      task_q       <= {load_state_i.error[7:0], load_state_i.count[7:0], load_state_i.device[7:0],
                       load_state_i.lba_high[7:0], load_state_i.lba_mid[7:0], load_state_i.lba_low[7:0]};
      command_q    <= load_state_i.command[7:0];
      features_q   <= load_state_i.features[7:0];
      error_flag_q <= load_state_i.error_flag[0];
      pending_q    <= load_state_i.interrupt_pending[0];
      nien_q       <= load_state_i.interrupts_off[0];
      word_q       <= load_state_i.word[8:0];
      irq_o        <= load_state_i.interrupt_pending[0] && !load_state_i.interrupts_off[0] &&
                      !load_state_i.device[DEVICE_DEV];
    end
    sectors_q   <= medium_sectors_i;
    cylinders_q <= medium_cylinders_i;
  end

  ///////////////////
  // Sector buffer //
  ///////////////////

  logic [15:0] buffer_q[256];
  logic [31:0] host_data;

  // Word `index` for the host; one beyond the end of the sector is not there.
  function automatic logic [15:0] host_word(logic [8:0] index);
    if (index[8]) return 16'hFFFF;
    if (command_q == CMD_IDENTIFY_DEVICE) return identify_word(index[7:0], sectors_q, cylinders_q);
    return buffer_q[index[7:0]];
  endfunction

  always_comb begin
    host_data = '1;
    if (state_q == StDataIn) begin
      host_data[15:0] = host_word(word_q);
      if (words_moved == 2'd2) host_data[31:16] = host_word(word_q + 9'd1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (medium_rvalid_i) begin
      buffer_q[{medium_rindex_i, 1'b0}] <= medium_rdata_i[15:0];
      buffer_q[{medium_rindex_i, 1'b1}] <= medium_rdata_i[31:16];
    end else if (data_access && we_q && state_q == StDataOut) begin
      buffer_q[word_q[7:0]] <= {sel_q[1] ? wdata_q[15:8] : 8'h00, wdata_q[7:0]};
      if (words_moved == 2'd2 && word_q[7:0] != 8'hFF) begin
        buffer_q[word_q[7:0]+8'd1] <= wdata_q[31:16];
      end
    end
  end

  /////////////////
  // Medium port //
  /////////////////

  // A write goes on to its end even when a software reset comes: the host was told nothing else.
  logic [7:0] send_index_q;  // next word to send; 128: all sent

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      medium_busy_q   <= 1'b0;
      medium_failed_q <= 1'b0;
      medium_wvalid_o <= 1'b0;
      medium_req_o    <= 1'b0;
    end else begin
      medium_wvalid_o <= 1'b0;
      if (medium_start) begin
        medium_busy_q   <= 1'b1;
        medium_failed_q <= 1'b0;
        medium_req_o    <= 1'b1;
        medium_op_o     <= medium_op;
        medium_lba_o    <= linear_address(task_d.address);
        send_index_q    <= medium_op == MediumWrite ? 8'd0 : 8'd128;
      end else if (medium_busy_q) begin
        if (!send_index_q[7]) begin
          medium_wvalid_o <= 1'b1;
          medium_windex_o <= send_index_q[6:0];
          medium_wdata_o  <= {buffer_q[{send_index_q[6:0], 1'b1}],
                              buffer_q[{send_index_q[6:0], 1'b0}]};
          send_index_q    <= send_index_q + 8'd1;
        end
        if (medium_done_i) begin
          medium_busy_q   <= 1'b0;
          medium_failed_q <= !medium_ok_i;
          medium_req_o    <= 1'b0;
        end
      end else if (command_start) begin
        medium_failed_q <= 1'b0;  // of an earlier command
      end
    end
    if (load_valid_i) begin
      medium_busy_q   <= 1'b0;
      medium_failed_q <= load_state_i.medium_failed[0];
      medium_wvalid_o <= 1'b0;
      medium_req_o    <= 1'b0;
    end
  end

  //////////////////////
  // Bus, second edge //
  //////////////////////

  always_ff @(posedge clk_i) begin
    wb_ack_o <= rst_ni && access_q;
    if (access_q && !we_q) begin
      unique case (adr_q)
        2'd0: begin
          if (busy) wb_dat_o <= sel_q[0] ? {2{8'hFF, status}} : {4{status}};
          else wb_dat_o <= sel_q[0] ? host_data : {task_q.address.lba_low, task_q.count, task_q.error, 8'hFF};
        end
        2'd1: begin
          if (busy) wb_dat_o <= {4{status}};
          else wb_dat_o <= {status, task_q.address.device, task_q.address.lba_high, task_q.address.lba_mid};
        end
        2'd2:    wb_dat_o <= {8'hFF, status, 16'hFFFF};
        default: wb_dat_o <= 32'hFFFF_FFFF;
      endcase
      if (!present) wb_dat_o <= 32'hFFFF_FFFF;
    end
  end

  /////////////
  // Run log //
  /////////////

  always_ff @(posedge clk_i) begin
    command_valid_o <= rst_ni && command_start;
    if (command_start) begin
      command_o       <= command_d;
      command_moves_o <= command_d[7:1] == CMD_READ_SECTORS[7:1] ||
                         command_d[7:1] == CMD_WRITE_SECTORS[7:1] || verifies(command_d);
      command_lba_o   <= linear_address(task_d.address);
      command_count_o <= task_d.count;
    end
    data_request_o <= rst_ni && (state_d == StDataIn || state_d == StDataOut);
    if (load_valid_i) begin
      data_request_o <= ata_state_e'(load_state_i.phase[2:0]) == StDataIn ||
                        ata_state_e'(load_state_i.phase[2:0]) == StDataOut;
    end
  end

  ////////////
  // Unload //
  ////////////

  // What is of no consequence any more is 0.
  logic failure_counts;
  logic moving;
  assign failure_counts = state_q == StBusy && outcome_q != OutResetDone;
  assign moving         = state_q == StDataIn || state_q == StDataOut;

  always_ff @(posedge unload_clk_i) begin
    state_o.phase             <= 32'(state_q);
    state_o.outcome           <= state_q == StBusy ? 32'(outcome_q) : '0;
    state_o.busy_left         <= state_q == StBusy ? 32'(timer_q) + 32'd1 : '0;
    state_o.error             <= 32'(task_q.error);
    state_o.count             <= 32'(task_q.count);
    state_o.lba_low           <= 32'(task_q.address.lba_low);
    state_o.lba_mid           <= 32'(task_q.address.lba_mid);
    state_o.lba_high          <= 32'(task_q.address.lba_high);
    state_o.device            <= 32'(task_q.address.device);
    state_o.features          <= 32'(features_q);
    state_o.command           <= 32'(command_q);
    state_o.error_flag        <= 32'(error_flag_q);
    state_o.medium_failed     <= 32'(medium_failed_q && failure_counts);
    state_o.interrupt_pending <= 32'(pending_q);
    state_o.interrupts_off    <= 32'(nien_q);
    state_o.word              <= moving ? 32'(word_q) : '0;
    medium_matters_o          <= failure_counts;
    unload_word_o             <= {buffer_q[{unload_index_i, 1'b1}], buffer_q[{unload_index_i, 1'b0}]};
  end

  logic unused;
  assign unused = ^load_state_i;

  assign idle_o = state_q != StBusy && !access_q && !wb_ack_o && !medium_busy_q;

endmodule
