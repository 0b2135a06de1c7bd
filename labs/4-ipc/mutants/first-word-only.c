/* kills: 4.2; hint: only the first of the five words is copied. */
void
message_copy(const struct thread *from, struct thread *to, uint64_t badge)
{
    to->x[REG_A0] = OK;
    to->x[REG_A1] = (uint32_t)from->x[REG_A1]; /* no flag passes */
    to->x[REG_A2] = from->x[REG_A2];
    to->x[REG_T1] = badge;
}
