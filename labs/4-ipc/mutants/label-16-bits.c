/* kills: 4.2; hint: the label is cut to 16 bits; it has 32. */
void
message_copy(const struct thread *from, struct thread *to, uint64_t badge)
{
    to->x[REG_A0] = OK;
    to->x[REG_A1] = (uint16_t)from->x[REG_A1]; /* no flag passes */
    to->x[REG_A2] = from->x[REG_A2];
    to->x[REG_A3] = from->x[REG_A3];
    to->x[REG_A4] = from->x[REG_A4];
    to->x[REG_A5] = from->x[REG_A5];
    to->x[REG_A6] = from->x[REG_A6];
    to->x[REG_T1] = badge;
}
