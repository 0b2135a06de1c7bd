/* kills: 4.2; hint: the words lose their upper half: they are 64 bits wide, as registers are. */
void
message_copy(const struct thread *from, struct thread *to, uint64_t badge)
{
    to->x[REG_A0] = OK;
    to->x[REG_A1] = (uint32_t)from->x[REG_A1]; /* no flag passes */
    to->x[REG_A2] = (uint32_t)from->x[REG_A2];
    to->x[REG_A3] = (uint32_t)from->x[REG_A3];
    to->x[REG_A4] = (uint32_t)from->x[REG_A4];
    to->x[REG_A5] = (uint32_t)from->x[REG_A5];
    to->x[REG_A6] = (uint32_t)from->x[REG_A6];
    to->x[REG_T1] = badge;
}
