// The second that follows, in the bytes of the MC146818: BCD or binary, 12 or 24 hours. Each byte counts
// on from what is there, whether that is a time or not: from its greatest value or more to its least. Every
// fourth year is a leap year; behind year 99 comes year 0.
package rtc_calendar_pkg;

  typedef struct packed {
    logic [7:0] year;
    logic [7:0] month;
    logic [7:0] day;
    logic [7:0] weekday;
    logic [7:0] hours;  // with 12 hours, bit 7 is the afternoon
    logic [7:0] minutes;
    logic [7:0] seconds;
  } calendar_t;

  // The byte that stands for `tens` and `ones`.
  function automatic logic [7:0] coded(logic [3:0] tens, logic [3:0] ones, logic binary);
    return binary ? {4'd0, tens} * 8'd10 + {4'd0, ones} : {tens, ones};
  endfunction

  function automatic logic [7:0] number(logic [7:0] value, logic binary);
    return binary ? value : {4'd0, value[7:4]} * 8'd10 + {4'd0, value[3:0]};
  endfunction

  function automatic logic [7:0] next(logic [7:0] value, logic binary);
    return !binary && value[3:0] >= 4'd9 ? {value[7:4] + 4'd1, 4'd0} : value + 8'd1;
  endfunction

  function automatic logic [7:0] last_day(logic [7:0] month, logic [7:0] year, logic binary);
    unique case (number(month, binary))
      8'd2:    return coded(4'd2, 2'(number(year, binary)) == 2'd0 ? 4'd9 : 4'd8, binary);
      8'd4, 8'd6, 8'd9, 8'd11: return coded(4'd3, 4'd0, binary);
      default: return coded(4'd3, 4'd1, binary);
    endcase
  endfunction

  // From 12 (midnight) over 1 to 11 in the morning to 12 (noon).
  function automatic logic [7:0] hour_of_12(logic [7:0] hours, logic binary);
    logic [7:0] hour;
    logic [6:0] later;
    logic       half;
    hour  = {1'b0, hours[6:0]};
    half  = hours[7] ^ (hour == coded(4'd1, 4'd1, binary));
    later = hour >= coded(4'd1, 4'd2, binary) ? 7'd1 : 7'(next(hour, binary));
    return {half, later};
  endfunction

  function automatic calendar_t second_later(calendar_t now, logic binary, logic hours_24);
    calendar_t later;
    logic      minute, hour, day, month, year;  // another one

    minute = now.seconds >= coded(4'd5, 4'd9, binary);
    hour   = minute && now.minutes >= coded(4'd5, 4'd9, binary);
    day    = hour && (hours_24 ? now.hours >= coded(4'd2, 4'd3, binary)
                               : now.hours == {1'b1, 7'(coded(4'd1, 4'd1, binary))});
    month  = day && now.day >= last_day(now.month, now.year, binary);
    year   = month && now.month >= coded(4'd1, 4'd2, binary);

    later         = now;
    later.seconds = minute ? 8'd0 : next(now.seconds, binary);
    if (minute) later.minutes = hour ? 8'd0 : next(now.minutes, binary);
    if (hour) begin
      if (hours_24) later.hours = day ? 8'd0 : next(now.hours, binary);
      else later.hours = hour_of_12(now.hours, binary);
    end
    if (day) begin
      later.weekday = now.weekday >= 8'd7 ? 8'd1 : next(now.weekday, binary);
      later.day     = month ? 8'd1 : next(now.day, binary);
    end
    if (month) later.month = year ? 8'd1 : next(now.month, binary);
    if (year) later.year = now.year >= coded(4'd9, 4'd9, binary) ? 8'd0 : next(now.year, binary);
    return later;
  endfunction

endpackage
