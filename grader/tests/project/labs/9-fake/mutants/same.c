/* kills: 9.1; hint: it returns the number itself. */
uint64_t
answer_next(uint64_t value)
{
    return value;
}
