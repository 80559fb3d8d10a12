/* The forms whose cycles are measured: see form_macros.inc for what a line says. Registers on entry: EBX and
 * ESI point to operands[0], which points to itself; EDI and EBP to what may be written; EAX = 5, ECX = 3,
 * EDX = 0; ESP to a stack.
 *
 * The i486's clocks are those of the i486 Microprocessor Programmer's Reference Manual (Intel, 1990, 240486), chapter
 * 26, at the entry of the instruction, for cache hits, in protected mode at level 0; a range is the manual's, + sums
 * several instructions or a prefix byte (1 each), - means that the manual has none. */
        .arch   i586
#include "sw/benchmarks/cycles/form_macros.inc"

        /* Where a block lies does not depend on what is linked before it. */
        .section .text
        .balign 4096
        .section .rodata.forms, "a"
        .balign 4
        .globl  forms_begin
forms_begin:

/* ---- moves ---- */
CHAINED "MOV r32,r32", "1", "movl %eax,%ecx; movl %eax,%edx", "movl %eax,%ecx; movl %ecx,%eax", per=2
FORM "MOV r32,imm32", "1", "movl $0x12345678,%eax"
CHAINED "MOV r8,r8", "1", "movb %al,%cl; movb %al,%dl", "movb %al,%cl; movb %cl,%al", per=2
FORM "MOV r8,imm8", "1", "movb $5,%al"
FORM "MOV r16,r16", "1+1", "movw %ax,%cx; movw %ax,%dx", per=2
FORM "MOV r16,imm16", "1+1", "movw $0x1234,%ax"
CHAINED "MOV r32,m32", "1", "movl (%esi),%eax", "movl (%esi),%esi"
FORM "MOV r32,m32 (disp32)", "1", "movl operands,%ecx"
FORM "MOV EAX,moffs32", "1", "movl operands,%eax"
FORM "MOV r32,m32 (base+disp8)", "1", "movl 16(%esi),%eax"
CHAINED "MOV r32,m32 (base+index*4)", "-", "movl (%esi,%edx,4),%eax", "movl (%esi,%edx,4),%esi"
FORM "MOV r32,m32 (ESP+disp8)", "1", "movl 16(%esp),%eax"
FORM "MOV r8,m8", "1", "movb (%esi),%al"
FORM "MOV r16,m16", "1+1", "movw (%esi),%ax"
FORM "MOV m32,r32", "1", "movl %eax,(%edi)"
FORM "MOV moffs32,EAX", "1", "movl %eax,results"
FORM "MOV m8,r8", "1", "movb %al,(%edi)"
FORM "MOV m16,r16", "1+1", "movw %ax,(%edi)"
FORM "MOV m32,imm32", "1", "movl $0x12345678,(%edi)"
FORM "MOV m8,imm8", "1", "movb $5,(%edi)"
CHAINED "MOVZX r32,r8", "3", "movzbl %al,%ecx; movzbl %al,%edx", "movzbl %al,%ecx; movzbl %cl,%eax", per=2
FORM "MOVZX r32,r16", "3", "movzwl %ax,%ecx; movzwl %ax,%edx", per=2
FORM "MOVZX r32,m8", "3", "movzbl (%esi),%eax"
FORM "MOVZX r32,m16", "3", "movzwl (%esi),%eax"
CHAINED "MOVSX r32,r8", "3", "movsbl %al,%ecx; movsbl %al,%edx", "movsbl %al,%ecx; movsbl %cl,%eax", per=2
FORM "MOVSX r32,m8", "3", "movsbl (%esi),%eax"
FORM "MOVSX r32,m16", "3", "movswl (%esi),%eax"
FORM "XCHG r32,r32", "3", "xchgl %ecx,%edx"
FORM "XCHG EAX,r32", "3", "xchgl %eax,%edx"
FORM "XCHG m32,r32", "5", "xchgl %eax,(%edi)"
CHAINED "BSWAP r32", "1", "bswap %eax; bswap %ecx", "bswap %eax; bswap %eax", per=2
FORM "XLAT", "4", "xlatb", setup="xorl %eax,%eax"
FORM "NOP", "1", "nop"
CHAINED "LEA r32,[base+disp8]", "1", "leal 8(%esi),%eax", "leal 8(%eax),%eax"
CHAINED "LEA r32,[base+index*4+disp8]", "2", "leal 8(%esi,%edx,4),%eax", "leal 8(%eax,%edx,4),%eax"
FORM "LEA r32,[index*8+disp32]", "2", "leal operands(,%edx,8),%eax"

/* ---- stack ---- */
FORM "PUSH r32", "1", "pushl %eax"
FORM "PUSH imm8", "1", "pushl $5"
FORM "PUSH imm32", "1", "pushl $0x12345678"
FORM "PUSH m32", "4", "pushl (%esi)"
FORM "PUSH DS", "3", "pushl %ds"
FORM "PUSHAD", "11", "pushal"
FORM "PUSHFD", "3", "pushfl"
FORM "POP r32", "4", "popl %eax", setup="movl $stack_words,%esp"
FORM "POP m32", "6", "popl (%edi)", setup="movl $stack_words,%esp"
FORM "POP ES", "9", "popl %es", setup="movl $stack_words,%esp"
FORM "POPAD", "9", "popal", setup="movl $stack_words,%esp"
FORM "POPFD", "6", "popfl", setup="movl $stack_words+3968,%esp; .rept 48; pushl $2; .endr"
CHAINED "PUSH r32; POP r32", "1+4", "pushl %eax; popl %ecx", "pushl %eax; popl %eax"
FORM "ENTER 16,0; LEAVE", "14+5", "enter $16,$0; leave"
FORM "PUSH EBP; MOV EBP,ESP; LEAVE", "1+1+5", "pushl %ebp; movl %esp,%ebp; leave"

/* ---- arithmetic and logic ---- */
CHAINED "ADD r32,r32", "1", "addl %ebx,%ecx; addl %ebx,%edx", "addl %ecx,%edx; addl %edx,%ecx", per=2
CHAINED "ADD r32,imm8", "1", "addl $8,%ecx; addl $8,%edx", "addl $8,%ecx; addl $8,%ecx", per=2
FORM "ADD EAX,imm32", "1", "addl $0x12345678,%eax"
CHAINED "ADD r8,r8", "1", "addb %bl,%cl; addb %bl,%dl", "addb %cl,%dl; addb %dl,%cl", per=2
FORM "ADD r16,r16", "1+1", "addw %bx,%cx; addw %bx,%dx", per=2
FORM "ADC r32,r32", "1", "adcl %ebx,%ecx"
CHAINED "SUB r32,r32", "1", "subl %ebx,%ecx; subl %ebx,%edx", "subl %ecx,%edx; subl %edx,%ecx", per=2
FORM "SBB r32,r32", "1", "sbbl %ebx,%ecx"
FORM "AND r32,r32", "1", "andl %ebx,%ecx; andl %ebx,%edx", per=2
FORM "OR r32,r32", "1", "orl %ebx,%ecx; orl %ebx,%edx", per=2
FORM "XOR r32,r32", "1", "xorl %ebx,%ecx; xorl %ebx,%edx", per=2
FORM "CMP r32,r32", "1", "cmpl %ebx,%ecx"
FORM "CMP r32,imm8", "1", "cmpl $8,%ecx"
FORM "TEST r32,r32", "1", "testl %ecx,%ecx"
FORM "TEST r32,imm32", "1", "testl $0x1234,%ecx"
CHAINED "INC r32", "1", "incl %ecx; incl %edx", "incl %ecx; incl %ecx", per=2
FORM "DEC r8", "1", "decb %cl"
FORM "NEG r32", "1", "negl %ecx"
FORM "NOT r32", "1", "notl %ecx"
CHAINED "ADD r32,m32", "2", "addl (%esi),%ecx; addl (%esi),%edx", "addl (%esi),%ecx; addl (%esi),%ecx", per=2
FORM "ADC r32,m32", "2", "adcl (%esi),%ecx"
FORM "CMP r32,m32", "2", "cmpl (%esi),%ecx"
FORM "CMP m32,imm8", "2", "cmpl $8,(%esi)"
FORM "TEST m32,r32", "2", "testl %ecx,(%esi)"
CHAINED "ADD m32,r32", "3", "addl %ecx,(%edi); addl %ecx,4(%edi)", "addl %ecx,(%edi); addl %ecx,(%edi)", per=2
FORM "ADD m32,imm8", "3", "addl $8,(%edi); addl $8,4(%edi)", per=2
FORM "ADC m32,r32", "3", "adcl %ecx,(%edi)"
FORM "ADD m8,r8", "3", "addb %cl,(%edi)"
FORM "OR m32,r32", "3", "orl %ecx,(%edi)"
CHAINED "INC m32", "3", "incl (%edi); incl 4(%edi)", "incl (%edi); incl (%edi)", per=2
FORM "NEG m32", "3", "negl (%edi)"
FORM "NOT m32", "3", "notl (%edi)"
FORM "XADD r32,r32", "3", "xaddl %ecx,%edx"
FORM "XADD m32,r32", "4", "xaddl %ecx,(%edi)"
FORM "CMPXCHG r32,r32 (equal)", "6", "cmpxchgl %eax,%ecx", setup="movl %eax,%ecx"
FORM "CMPXCHG m32,r32 (equal)", "7", "cmpxchgl %eax,(%edi)", setup="movl %eax,(%edi)"
FORM "LOCK ADD m32,r32", "1+3", "lock addl %ecx,(%edi)"
FORM "CBW", "3", "cbtw"
FORM "CWDE", "3", "cwtl"
FORM "CDQ", "3", "cltd"
FORM "AAA", "3", "aaa"
FORM "DAA", "2", "daa"
FORM "AAM", "15", "aam"
FORM "AAD", "14", "aad"

/* ---- shifts, rotates, bits ---- */
CHAINED "SHL r32,1", "3", "shll %edx; shll %eax", "shll %eax; shll %eax", per=2
CHAINED "SHL r32,imm8", "2", "shll $3,%edx; shll $3,%eax", "shll $3,%eax; shll $3,%eax", per=2
CHAINED "SHL r32,CL", "3", "shll %cl,%edx; shll %cl,%eax", "shll %cl,%eax; shll %cl,%eax", per=2
FORM "SHR r32,imm8", "2", "shrl $3,%edx; shrl $3,%eax", per=2
FORM "SAR r32,imm8", "2", "sarl $3,%edx; sarl $3,%eax", per=2
FORM "ROL r32,imm8", "2", "roll $3,%edx; roll $3,%eax", per=2
FORM "ROR r32,CL", "3", "rorl %cl,%edx; rorl %cl,%eax", per=2
FORM "RCL r32,1", "3", "rcll %eax"
FORM "RCL r32,imm8", "8-30", "rcll $3,%eax"
FORM "RCR r32,CL", "8-30", "rcrl %cl,%eax"
FORM "SHL m32,1", "4", "shll (%edi)"
FORM "SHL m32,imm8", "4", "shll $3,(%edi)"
FORM "SHR m32,CL", "4", "shrl %cl,(%edi)"
FORM "SHLD r32,r32,imm8", "2", "shldl $3,%edx,%eax"
FORM "SHRD r32,r32,CL", "3", "shrdl %cl,%edx,%eax"
FORM "SHLD m32,r32,imm8", "3", "shldl $3,%edx,(%edi)"
FORM "BT r32,imm8", "3", "btl $3,%eax"
FORM "BT r32,r32", "3", "btl %ecx,%eax"
FORM "BT m32,imm8", "3", "btl $3,(%esi)"
FORM "BT m32,r32", "8", "btl %ecx,(%esi)"
FORM "BTS r32,imm8", "6", "btsl $3,%eax"
FORM "BTR r32,r32", "6", "btrl %ecx,%eax"
FORM "BTS m32,imm8", "8", "btsl $3,(%edi)"
FORM "BTC m32,r32", "13", "btcl %ecx,(%edi)"
FORM "BSF r32,r32 (bit 0)", "6-42", "bsfl %eax,%edx"
FORM "BSF r32,r32 (bit 31)", "6-42", "bsfl %eax,%edx", setup="movl $0x80000000,%eax"
FORM "BSR r32,r32 (bit 2)", "6-103", "bsrl %eax,%edx"
FORM "SETcc r8 (true)", "4", "setnc %al", setup="clc"
FORM "SETcc r8 (false)", "3", "setc %al", setup="clc"
FORM "SETcc m8 (true)", "3", "setnc (%edi)", setup="clc"

/* ---- multiplication and division ---- */
FORM "MUL r8", "13-18", "mulb %cl"
FORM "MUL r16", "13-26+1", "mulw %cx"
FORM "MUL r32", "13-42", "mull %ecx"
FORM "MUL m32", "13-42", "mull (%esi)"
FORM "IMUL r8", "13-18", "imulb %cl"
FORM "IMUL r32", "13-42", "imull %ecx"
FORM "IMUL r16,r16", "13-26+1", "imulw %bx,%cx"
CHAINED "IMUL r32,r32", "13-42", "imull %ebx,%ecx; imull %ebx,%edx", "imull %ecx,%edx; imull %edx,%ecx", per=2
FORM "IMUL r32,m32", "13-42", "imull (%esi),%ecx"
CHAINED "IMUL r32,r32,imm8", "13-42", "imull $10,%ebx,%ecx", "imull $10,%ecx,%ecx"
FORM "IMUL r32,r32,imm32", "13-42", "imull $1000,%ebx,%ecx"
FORM "MOV EAX,imm32; DIV r8", "1+16", "movl $100,%eax; divb %cl"
FORM "XOR EDX,EDX; DIV r16", "1+24+1", "xorl %edx,%edx; divw %cx"
FORM "XOR EDX,EDX; DIV r32", "1+40", "xorl %edx,%edx; divl %ecx"
FORM "XOR EDX,EDX; DIV m32", "1+40", "xorl %edx,%edx; divl (%esi)"
FORM "MOV EAX,imm32; IDIV r8", "1+19", "movl $100,%eax; idivb %cl"
FORM "CDQ; IDIV r32", "3+43", "cltd; idivl %ecx"
FORM "CDQ; IDIV r32 (negative)", "3+43", "cltd; idivl %ecx", setup="movl $-3,%ecx"

/* ---- branches; each copy has a branch of its own ---- */
FORM "JMP rel8", "3", "jmp 1f; nop; 1:"
FORM "JMP rel32", "3", ".byte 0xE9; .long 1f-.-4; nop; 1:"
FORM "MOV r32,imm32; JMP r32", "1+5", "movl $1f,%eax; jmp *%eax; 1:"
FORM "JMP m32", "5", "jmp *2f; 2: .long 1f; 1:"
FORM "Jcc rel8 (taken)", "3", "jnc 1f; nop; 1:", setup="clc"
FORM "Jcc rel8 (not taken)", "1", "jc 1f; 1:", setup="clc"
FORM "Jcc rel32 (taken)", "3", ".byte 0x0F,0x83; .long 1f-.-4; nop; 1:", setup="clc"
FORM "Jcc rel32 (not taken)", "1", ".byte 0x0F,0x82; .long 1f-.-4; 1:", setup="clc"
FORM "DEC r32; Jcc rel8 (16 passes), a pass", "1+3", "movl $16,%ecx; 1: decl %ecx; jnz 1b", per=16
FORM "CMP r32,r32; Jcc rel8 (taken)", "1+3", "cmpl %ecx,%ecx; je 1f; nop; 1:"
FORM "CMP r32,r32; Jcc rel8 (not taken)", "1+1", "cmpl %ecx,%ecx; jne 1f; 1:"
FORM "LOOP (taken)", "7", "loop 1f; nop; 1:", setup="movl $1000,%ecx"
FORM "JECXZ (taken)", "8", "jecxz 1f; nop; 1:", setup="xorl %ecx,%ecx"
FORM "JECXZ (not taken)", "5", "jecxz 1f; 1:"
FORM "CALL rel32; RET", "3+5", "call 1f; jmp 2f; 1: ret; 2:"
FORM "CALL rel32; RET (one function)", "3+5", "call return_near"
FORM "CALL r32; RET", "5+5", "call *%eax", setup="movl $return_near,%eax"
FORM "CALL m32; RET", "5+5", "call *4(%ebp)", setup="movl $return_near,4(%ebp)"
FORM "PUSH imm8; CALL rel32; RET imm16", "1+3+5", "pushl $5; call return_near_4"
FORM "CALL; PUSH EBP; MOV EBP,ESP; LEAVE; RET", "3+1+1+5+5", "call framed"
FORM "JMP ptr16:32", "19", "ljmp $code_selector,$1f; 1:"
FORM "CALL ptr16:32; RETF", "20+18", "lcall $code_selector,$return_far"
FORM "INT imm8; IRET", "44+20", "int $return_vector"
FORM "INTO (not taken)", "3", "into", setup="xorl %edx,%edx"
FORM "BOUND (in range)", "7", "boundl %edx,(%esi)", setup="xorl %edx,%edx; movl $results,%esi; movl $0,(%esi); movl $9,4(%esi)"

/* ---- flags ---- */
FORM "CLC", "2", "clc"
FORM "CMC", "2", "cmc"
FORM "CLD", "2", "cld"
FORM "CLI", "5", "cli"
FORM "STI", "5", "sti"
FORM "LAHF", "3", "lahf"
FORM "SAHF", "2", "sahf"

/* ---- strings; a repeated one comes with the MOV that set it up ---- */
FORM "MOVSB", "7", "movsb"
FORM "MOVSD", "7", "movsl"
FORM "STOSD", "5", "stosl"
FORM "LODSB", "5", "lodsb"
FORM "LODSD", "5", "lodsl"
FORM "SCASB", "6", "scasb"
FORM "CMPSD", "8", "cmpsl"
FORM "MOV x3; REP MOVSD, 1", "3+13", "movl $1,%ecx; movl %ebx,%esi; movl %ebp,%edi; rep movsl"
FORM "MOV x3; REP MOVSD, 64", "3+204", "movl $64,%ecx; movl %ebx,%esi; movl %ebp,%edi; rep movsl"
FORM "MOV x3; REP MOVSB, 64", "3+204", "movl $64,%ecx; movl %ebx,%esi; movl %ebp,%edi; rep movsb"
FORM "MOV x2; REP STOSD, 64", "2+263", "movl $64,%ecx; movl %ebp,%edi; rep stosl"
FORM "MOV x2; REP LODSD, 64", "2+263", "movl $64,%ecx; movl %ebx,%esi; rep lodsl"
FORM "MOV x3; REPE CMPSD, 64 equal", "3+455", "movl $64,%ecx; movl %ebx,%esi; movl %ebx,%edi; repe cmpsl"
FORM "MOV x2; REPNE SCASB, 64", "2+327", "movl $64,%ecx; movl %ebp,%edi; repne scasb", setup="movb $1,%al; addl $2048,%ebp"
FORM "MOV; REP MOVSD, 0", "1+5", "movl $0,%ecx; rep movsl"

/* ---- prefixes ---- */
FORM "MOV r32,ES:m32", "1+1", "movl %es:(%esi),%eax"
FORM "MOV r16,ES:m16", "1+2", "movw %es:(%esi),%ax"
FORM "LEA r32,[BX+SI] (67)", "-", "leal (%bx,%si),%eax"
FORM "MOV r32,r32 with DS, ES", "1+2", ".byte 0x3E,0x26; movl %eax,%ecx"

/* ---- segments and system ---- */
FORM "MOV r32,DS", "3", "movl %ds,%eax"
FORM "MOV ES,r32", "9", "movl %eax,%es", setup="movl $data_selector,%eax"
FORM "LES r32,m", "12", "lesl far_pointer,%eax"
FORM "LGDT", "11", "lgdt gdt_copy"
FORM "SGDT", "10", "sgdt results+64"
FORM "MOV r32,CR0", "4", "movl %cr0,%eax"
FORM "MOV CR0,r32", "-", "movl %eax,%cr0", setup="movl %cr0,%eax"
FORM "MOV r32,CR3", "4", "movl %cr3,%eax"
FORM "MOV CR3,r32", "4", "movl %eax,%cr3", setup="movl %cr3,%eax"
FORM "INVLPG", "12", "invlpg (%esi)"
FORM "CLTS", "7", "clts"
FORM "SMSW r32", "2", "smsw %eax"
FORM "LAR r32,r32", "11", "larl %eax,%edx", setup="movl $data_selector,%eax"
FORM "LSL r32,r32", "10", "lsll %eax,%edx", setup="movl $data_selector,%eax"
FORM "VERR r16", "11", "verr %ax", setup="movl $data_selector,%eax"
FORM "RDTSC", "-", "rdtsc"
FORM "CPUID", "-", "xorl %eax,%eax; cpuid"
FORM "IN AL,imm8 (8259A)", "9", "inb $0x21,%al"
FORM "IN AL,DX (8259A)", "8", "inb %dx,%al", setup="movl $0x21,%edx"
FORM "OUT imm8,AL (8259A)", "11", "outb %al,$0x21", setup="movb $0xFF,%al"
FORM "MOV r32,m32 (text memory)", "-", "movl 0xB8000,%eax"
FORM "MOV m32,r32 (text memory)", "-", "movl %eax,0xB8000", setup="movl 0xB8000,%eax"

/* ---- pairs: what one instruction makes another wait for ---- */
FORM "ADD r,r; MOV r,[r]", "1+1+1", "addl %edx,%esi; movl (%esi),%eax"
FORM "ADD r,r; ADD; MOV r,[r]", "1+1+1", "addl %edx,%esi; addl %edx,%ecx; movl (%esi),%eax"
FORM "ADD r,r; MOV [r],r", "1+1+1", "addl %edx,%edi; movl %eax,(%edi)"
FORM "MOV r,m; ADD r,r (uses it)", "1+1", "movl (%esi),%eax; addl %eax,%ecx"
FORM "MOV r,m; ADD r,r (does not)", "1+1", "movl (%esi),%eax; addl %edx,%ecx"
FORM "MOV r,m; ADD; ADD r,r (uses it)", "1+1+1", "movl (%esi),%eax; addl %edx,%ecx; addl %eax,%ecx"
FORM "MOV r,m; MOV r,[r]", "1+1+1", "movl (%esi),%ecx; movl (%ecx),%eax"
FORM "MOV r,m; MOV m,r", "1+1", "movl (%esi),%eax; movl %eax,(%edi)"
CHAINED "MOV m,r; MOV r,m (same)", "1+1", "movl %eax,(%edi); movl (%edi),%ecx", "movl %eax,(%edi); movl (%edi),%eax"
FORM "MOV m,r; MOV r,m (other line)", "1+1", "movl %eax,(%edi); movl 64(%edi),%ecx"
FORM "MOV m8,r8; MOV r32,m32 (same)", "1+1", "movb %al,(%edi); movl (%edi),%ecx"
FORM "MOV m,r; ADD r,r x3", "4", "movl %eax,(%edi); addl %edx,%ecx; addl %edx,%ecx; addl %edx,%ecx"
FORM "MOV m,r x4 (one line)", "4", "movl %eax,(%edi); movl %eax,4(%edi); movl %eax,8(%edi); movl %eax,12(%edi)"
FORM "MOV m,r x4 (four lines)", "4", "movl %eax,(%edi); movl %eax,16(%edi); movl %eax,32(%edi); movl %eax,48(%edi)"
FORM "MOV r8,imm8; ADD r32,r32", "-", "movb $5,%al; addl %eax,%ecx"
FORM "IMUL r32,r32; ADD r,r (uses it)", "-", "imull %ebx,%ecx; addl %ecx,%edx"
FORM "SHL r32,imm8; MOV r,[r+r]", "-", "shll $2,%edx; movl (%esi,%edx),%eax"
FORM "POP r32; MOV r,[r]", "-", "popl %ecx; movl (%ecx),%eax", setup="movl $stack_words,%esp"
FORM "MOV ESP,EBP; PUSH r32", "-", "movl %ebp,%esp; pushl %eax", setup="addl $2048,%ebp; movl -4(%ebp),%eax"

/* ---- unaligned: 3 clocks more for each such operand ---- */
FORM "MOV r16,m16 (within a word)", "1+1", "movw 1(%esi),%ax"
FORM "MOV r32,m32 (over words)", "1+3", "movl 2(%esi),%eax"
FORM "MOV r32,m32 (over lines)", "1+3", "movl 14(%esi),%eax"
FORM "MOV m32,r32 (over words)", "1+3", "movl %eax,2(%edi)"
FORM "MOV m32,r32 (over lines)", "1+3", "movl %eax,14(%edi)"
FORM "ADD m32,r32 (over words)", "-", "addl %eax,2(%edi)"

        .section .rodata.forms, "a"
        .globl  forms_end
forms_end:

/* ---- what is called ---- */
        .section .text
        .balign 64
        /* From one pass to the next by RET alone, which has no entry in the branch target buffer: no branch
         * from elsewhere takes the place of one that is measured, wherever what calls this lies. */
        .globl  warm
        .type   warm, @function
warm:   movl    4(%esp), %eax
        pushl   %eax
        pushl   %eax
        pushl   %eax
        pushl   %eax
        ret
        .size   warm, . - warm
        .balign 64
return_near:
        ret
        .balign 64
return_near_4:
        ret     $4
        .balign 64
framed: pushl   %ebp
        movl    %esp, %ebp
        leave
        ret
        .balign 64
return_far:
        lret
        .balign 64
        .globl  return_at_once
        .type   return_at_once, @function
return_at_once:
        iretl
        .size   return_at_once, . - return_at_once
        .section .note.GNU-stack, "", @progbits
