/* kills: 9.2; hint: it stops one call early, which no report shows. */
void
answer_call(long count)
{
    user_calls(count - 1);
}
