/* kills: 8.1; hint: most of the word is lost. */
uint64_t
echo_word(uint64_t value)
{
    return (uint8_t)value;
}
