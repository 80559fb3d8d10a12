/* Functions whose executions can be counted by hand, for tests of profiles (tests/cli/profile_test.cpp):
 * what the numbers at the right say is how often the instruction runs. */
    .text

    .globl main
    .type main, @function
main:
    pushl %edi                  /* 1 */
    pushl %ebx                  /* 1 */
    movl $7, %ebx               /* 1 */
1:  call divide                 /* 7 */
    decl %ebx                   /* 7 */
    jnz 1b                      /* 7 */
    movl $5, %eax               /* 1 */
    call descend                /* 1 */
    call hop                    /* 1 */
    call escape                 /* 1, comes back behind it without a return */
    movl $room, %edi            /* 1 */
    movl $40, %ecx              /* 1 */
    cld                         /* 1 */
    rep stosb                   /* 1, with 40 iterations */
    popl %ebx                   /* 1 */
    popl %edi                   /* 1 */
    xorl %eax, %eax             /* 1 */
    ret                         /* 1 */
    .size main, . - main

    .type divide, @function
divide:
    xorl %edx, %edx             /* 7 */
    movl $1000000, %eax         /* 7 */
    movl $3, %ecx               /* 7 */
    divl %ecx                   /* 7 */
    movl %eax, %ecx             /* 7 */
    ret                              /* 7 */
    .size divide, . - divide

/* Calls itself until EAX is 0. */
    .type descend, @function
descend:
    decl %eax                   /* 5 */
    jz 1f                       /* 5 */
    call descend                /* 4 */
1:  ret                         /* 5 */
    .size descend, . - descend

    .type land, @function
land:
    nop                         /* 1 */
    ret                         /* 1 */
    .size land, . - land

/* Ends in a jump to another function. */
    .type hop, @function
hop:
    nop                         /* 1 */
    jmp land                    /* 1 */
    .size hop, . - hop

/* As longjmp(): drops its own frame and that of its caller's call. */
    .type escape, @function
escape:
    call deep                   /* 1 */
    ud2                         /* 0 */
    .size escape, . - escape

    .type deep, @function
deep:
    addl $4, %esp               /* 1 */
    popl %edx                   /* 1 */
    jmp *%edx                   /* 1 */
    .size deep, . - deep

    .bss
room:
    .skip 40
