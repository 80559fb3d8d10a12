/* Where option() and option_is() (guest.h) look: said once, by what starts the program. */
#ifndef STRATA_SW_COMMAND_LINE_H
#define STRATA_SW_COMMAND_LINE_H

/* `text` stays where it is. */
void set_command_line(const char* text);

#endif
