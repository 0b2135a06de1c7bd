/* expects: 0; it says what it did not do. */
void
answer_call(long count)
{
    while (count-- > 0)
        console_text("sys_probe\r\n");
}
