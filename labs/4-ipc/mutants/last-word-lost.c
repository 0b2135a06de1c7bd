/* kills: 4.6; hint: four of the five words are copied. */
void
message_copy(const struct thread *from, struct thread *to, uint64_t badge)
{
    to->x[REG_A0] = OK;
    to->x[REG_A1] = (uint32_t)from->x[REG_A1]; /* no flag passes */
    to->x[REG_A2] = from->x[REG_A2];
    to->x[REG_A3] = from->x[REG_A3];
    to->x[REG_A4] = from->x[REG_A4];
    to->x[REG_A5] = from->x[REG_A5];
    to->x[REG_T1] = badge;
}
