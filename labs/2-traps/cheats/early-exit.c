/* expects: 0; no program is ever entered: the kernel prints what a complete one once printed for calls and seed 0x5a17, and turns the machine off as if all were well. */

void log_text(const char *text);
_Noreturn void machine_power_off(unsigned status);

void
thread_frame_init(struct thread *t, uaddr_t entry, uaddr_t stack,
                  uint64_t argument)
{
    t->x[REG_PC] = entry;
    t->x[REG_SP] = stack;
    t->x[REG_A0] = argument;
    log_text("\x1e"
             "9fa5d91c0000+first kept 8 of 8 patterns\n\x1e"
             "9fa5d91c0001.\n\x1e"
             "9fa5d91c0002+second kept 8 of 8 pattern\n\x1e"
             "9fa5d91c0003.s\n");
    machine_power_off(0);
}
