/* SPDX-License-Identifier: MIT */
/* breaks: E5 in servers; the endpoint hangs up when the first handle with RECV
 * goes. */
inline endpoint_release(h)
{
    if
    :: H[h].may_send || H[h].may_receive ->
        H[h].index = (head[RECEIVERS] != NONE || head[SENDERS] != NONE ->
            THREADS : 0);
        if
        :: H[h].may_receive && recv_handles > 0 -> recv_handles = 0
        :: else
        fi;
        H[h].may_send = false;
        H[h].may_receive = false
    :: else
    fi;
    count = 0;
    do
    :: count < STEP_ITEMS && H[h].index > 0 ->
        H[h].index--;
        victim = H[h].index;
        if
        :: T[victim].owner == h && waits_in_endpoint(victim) ->
            count++;
            endpoint_cancel(victim, REVOKED_ERROR);
            ready_push(victim)
        :: else
        fi
    :: else -> break
    od;
    is_over = (H[h].index == 0);
    if
    :: is_over && recv_handles == 0 ->
        endpoint_hangup_begin();
        is_over = is_hung_up
    :: else
    fi
}
