/* SPDX-License-Identifier: MIT */
/* The rendezvous, small enough to try everything that can happen.
 *
 * A few clients send and call through one endpoint, a few server threads
 * receive and reply; meanwhile any process is killed, any handle closed or
 * revoked, and who pays for the endpoint ends. Spin tries every order of all
 * these steps, and every choice of each program, and looks after each step
 * whether the claims below still hold. docs/model.md says how to run it.
 *
 * What is what:
 *
 *     kernel                           here
 *     struct thread                    T[t]: state, links, token, registers
 *     struct endpoint (there is one)   head[RECEIVERS], head[SENDERS],
 *                                      recv_handles
 *     struct slot                      H[h]; process p has one handle, H[p]
 *     struct process                   P[p]: how far its end has come
 *     a function                       an inline of the same name
 *
 * A step is what the kernel does from trap to return. It holds the lock all
 * the while, so a step is atomic: here, one d_step. Whatever the kernel does
 * bit by bit (a handle that closes, a process that ends) is as many steps, and
 * anything may happen between two of them.
 *
 * The ready queue is left out: any thread that is able to run may be the next
 * that runs, as if there were a hart for each. That is more than the kernel
 * allows, so what holds here holds for each order it may choose. What a step
 * says of who goes on first is looked at by itself (R8).
 *
 * The claims. The first five are invariants of kernel/endpoint.c and have its
 * numbers; for their words see there or docs/invariants.md:
 *
 *     E1  one queue at most          E4  a server while WAIT_REPLY
 *     E2  who is in a queue          E5  handles with RECV are counted
 *     E3  groups by priority
 *
 * The others say what programs may rely on. They are judged from outside, by
 * what a thread finds in its registers when its call ends, against a record of
 * what was asked. That record is the model's own; no kernel function reads it:
 *
 *     R1  No message is lost: OK means that somebody took it, an error that
 *         nobody did. Only a call that was taken may still end with DEAD.
 *     R2  No message is taken twice.
 *     R3  What was sent arrives: label, words, the badge of the handle that it
 *         was sent through; no flag, and the receiver's other registers kept.
 *         So are all of the sender's but a0.
 *     R4  Of several that wait, the most urgent is served; of these, the one
 *         that came first.
 *     R5  A token answers once: exactly while its caller waits, and only for
 *         the process that received the call.
 *     R6  With NOWAIT a call ends at once. WOULD_BLOCK comes only then, and
 *         only if there was nobody to meet.
 *     R7  Whoever waited has the end of the call in a0, and need not begin it
 *         again.
 *     R8  After a wake-up the more urgent thread goes on, on a tie the one
 *         that ran.
 *     R9  Nobody waits for ever on the dead: when nothing can happen any more
 *         by itself, each that still waits is in a queue and waits for a
 *         process that lives.
 *     R10 One step wakes a bounded number of threads; of those whose call ends
 *         because nobody receives, STEP_ITEMS.
 *     R11 Errors are true: DEAD, REVOKED, HANDLE and RIGHTS come when that is
 *         how things are.
 *
 * That nothing goes round in circles for ever is one more claim; it needs no
 * number, for spin itself looks for circles: here no program does anything
 * without end, so each would be the kernel's. */

/* ------------------------------------------------------------ the parties */

#ifndef CLIENTS
#define CLIENTS 2            /* one thread and one process each */
#endif
#ifndef SERVERS
#define SERVERS 1            /* processes that can receive */
#endif
#ifndef SERVER_THREADS
#define SERVER_THREADS 1     /* of each of them */
#endif
#ifndef MESSAGES
#define MESSAGES 1           /* that a client sends, one after the other */
#endif
#ifndef URGENCIES
#define URGENCIES 1          /* priorities; each thread has any of them */
#endif
#ifndef KEEPER
#define KEEPER 0             /* 1: the supervisor too has RECV, never used */
#endif
#ifndef MORTAL
#define MORTAL 0             /* a bit a process: it may be killed */
#endif
#ifndef REVOKED
#define REVOKED 0            /* a bit a handle: others may revoke it */
#endif
#ifndef CLOSING
#define CLOSING 0            /* 1: a server may close its own handle */
#endif
#ifndef NOWAITS
#define NOWAITS 0            /* 1: some sends and receives do not wait */
#endif
#ifndef RETRIES
#define RETRIES 0            /* wrong or used tokens that a server tries */
#endif
#ifndef STEP_ITEMS
#define STEP_ITEMS 1         /* 32 in the kernel */
#endif

/* Threads and processes are numbered: clients, then servers. The last process
 * is the supervisor, which pays for the endpoint and has no thread. */
#define THREADS (CLIENTS + SERVERS * SERVER_THREADS)
#define SUPERVISOR (CLIENTS + SERVERS)
#define PROCESSES (SUPERVISOR + 1)
#define is_client(t) ((t) < CLIENTS)

#define NONE 50              /* no thread, no process: NULL */
#define WILD 60              /* a link that must not be followed */

/* ------------------------------------------------------------ the records */

mtype:state = { ABLE, WAIT_RECV, WAIT_SEND, WAIT_CALL, WAIT_REPLY, ENDED };
mtype:call = { NO_CALL, SEND, CALL, REPLY, REPLY_RECV, CLOSE };
mtype:result = { OK, DEAD, REVOKED_ERROR, WOULD_BLOCK, BAD_HANDLE, BAD_RIGHTS,
    BAD_TOKEN, UNWRITTEN };
mtype:stage = { LIVING, END_THREADS, END_CALLERS, END_OBJECTS, END_HANDLES,
    GONE };

/* ABLE is THREAD_RUNNING or THREAD_READY. Registers hold no bits here but
 * the number of a message; five words are two, the first and the others. */
typedef thread {
    mtype:state state;
    byte next, prev, lower;  /* as in kernel/endpoint.h */
    byte token;              /* count << 3 | id, the id being t + 1 */
    byte owner, urgency;     /* its process; its priority */
    byte server;             /* the process that may answer */
    bool again;              /* pc is on the ecall: the call begins anew */
    mtype:result a0;         /* UNWRITTEN: still holds the handle */
    mtype:call a7;
    byte flags;              /* the upper half of a1 */
    byte label;              /* the lower */
    byte first, others;      /* a2; a3 to a6 */
    byte t0, t1              /* token; badge */
};
thread T[THREADS];

#define NOWAIT 1             /* in flags */

typedef handle {
    bool is_there;           /* it has a name */
    bool may_send, may_receive;
    byte index               /* while it closes: thread ids still to look at */
};
handle H[PROCESSES];

#define badge_of(h) ((h) + 1)

typedef process {
    mtype:stage stage;
    byte index
};
process P[PROCESSES];

#define RECEIVERS 0
#define SENDERS 1
byte head[2];
byte recv_handles;
bool hung_up;                /* it is on the list of those that hang up */

/* ------------------------------------------------ the record of the claims */

/* Message m is the one that thread sender_of(m) sends as its k-th; the answer
 * to it is answer(m). */
#define message(t, k) ((t) * MESSAGES + (k) + 1)
#define sender_of(m) (((m) - 1) / MESSAGES)
#define answer(m) ((m) + 16)
#define is_message(m) ((m) >= 1 && (m) <= CLIENTS * MESSAGES)

mtype:call asked[THREADS];   /* what a thread is in the kernel for */
byte asked_flags[THREADS];   /* and with which flags */
byte sent[CLIENTS];          /* its newest message */
byte arrived[THREADS];       /* 1: waits longest in its queue; 0: in none */
byte taker[CLIENTS * MESSAGES + 1];      /* process that took it, plus 1 */
#define CLOSED 99            /* as a taker: the send or call is over */
bool is_answered[CLIENTS * MESSAGES + 1];
bool is_done[THREADS];       /* the program asks for nothing any more */
bool is_shut[THREADS];       /* it was told that its handle is gone */

/* What server threads remember: the newest token and the message it is for. */
byte known[THREADS];
byte about[THREADS];

/* Within one d_step, where nothing is chosen. Spin does not keep these in its
 * states and would not restore them when it comes back to a choice. */
hidden byte above, at, follower, i, k, m, n, s, count, woken, told_dead;
hidden byte receiver, sender, caller, partner, victim;
hidden byte resumed;         /* who goes on; NONE: whom schedule() picks */
hidden byte is_over, is_rest, is_hung_up;
hidden byte first_sender, first_receiver, answered;
hidden byte is_nowait, is_refused;
hidden byte was_able;        /* a bit a thread */
hidden byte queued;          /* a bit a thread */

#define claim(number, what) \
    if \
    :: (what) \
    :: else -> printf(#number); printf(" is broken\n"); assert(false) \
    fi

#define waits_to_send(t) (T[t].state == WAIT_SEND || T[t].state == WAIT_CALL)
#define waits_in_endpoint(t) (waits_to_send(t) || T[t].state == WAIT_RECV)

/* --------------------------------------------- who goes on: kernel/sched.c */

inline thread_finish(t, error)
{
    T[t].a0 = error
}

inline ready_push(t)
{
    T[t].state = ABLE
}

inline schedule()
{
    resumed = NONE
}

inline sched_resume(t, other)
{
    if
    :: other != NONE && T[other].urgency > T[resumed].urgency ->
        resumed = other
    :: else
    fi
}

inline sched_wake_both(t, one, other)
{
    resumed = t;
    if
    :: one != NONE -> ready_push(one)
    :: else
    fi;
    if
    :: other != NONE -> ready_push(other)
    :: else
    fi;
    sched_resume(t, one);
    sched_resume(t, other)
}

inline sched_wake(t, other)
{
    sched_wake_both(t, NONE, other)
}

/* `t` waits, `other` has the hart. */
inline sched_switch(other)
{
    if
    :: other != NONE -> ready_push(other)
    :: else
    fi;
    resumed = other
}

/* ------------------------------------------- the queues: kernel/endpoint.c */

/* A `struct thread **place` is here the queue and the thread whose `lower` it
 * is; NONE for the queue's head. */
inline place_get(queue, over, t)
{
    if
    :: over == NONE -> t = head[queue]
    :: else -> t = T[over].lower
    fi
}

inline place_set(queue, over, t)
{
    if
    :: over == NONE -> head[queue] = t
    :: else -> T[over].lower = t
    fi
}

inline endpoint_enqueue(queue, t)
{
    above = NONE;
    at = head[queue];
    do
    :: at != NONE && T[at].urgency > T[t].urgency ->
        above = at;
        at = T[at].lower
    :: else -> break
    od;
    if
    :: at != NONE && T[at].urgency == T[t].urgency ->
        T[t].next = at;
        T[t].prev = T[at].prev;
        T[T[at].prev].next = t;
        T[at].prev = t
    :: else ->
        T[t].next = t;
        T[t].prev = t;
        T[t].lower = at;
        place_set(queue, above, t)
    fi
}

/* Takes the first of the group at a place and calls it `t`. */
inline endpoint_dequeue(queue, over, t)
{
    place_get(queue, over, t);
    follower = T[t].next;
    if
    :: follower == t -> place_set(queue, over, T[t].lower)
    :: else ->
        T[follower].prev = T[t].prev;
        T[T[t].prev].next = follower;
        T[follower].lower = T[t].lower;
        place_set(queue, over, follower)
    fi
}

#define endpoint_queue(t) (T[t].state == WAIT_RECV -> RECEIVERS : SENDERS)

inline endpoint_unqueue(t)
{
    above = NONE;
    at = head[endpoint_queue(t)];
    do
    :: at != NONE && at != t ->
        above = at;
        at = T[at].lower
    :: else -> break
    od;
    if
    :: at != NONE -> endpoint_dequeue(endpoint_queue(t), above, at)
    :: else ->
        T[T[t].prev].next = T[t].next;
        T[T[t].next].prev = T[t].prev
    fi
}

/* ------------------- messages: kernel/endpoint.c; tokens: kernel/token.c */

inline message_copy(from, to, badge)
{
    T[to].a0 = OK;
    T[to].label = T[from].label;
    T[to].flags = 0; /* no flag passes */
    T[to].first = T[from].first;
    T[to].others = T[from].others;
    T[to].t1 = badge
}

inline token_take(t, c)
{
    T[t].t0 = T[c].token;
    T[c].server = T[t].owner;
    T[c].state = WAIT_REPLY
}

inline token_drop(c)
{
    T[c].token = T[c].token + 8;
    T[c].server = NONE
}

/* The thread that `t` may answer with the token in its t0, or NONE. */
inline token_find(t, c)
{
    if
    :: T[t].t0 != 0 && T[(T[t].t0 & 7) - 1].token == T[t].t0 &&
       T[(T[t].t0 & 7) - 1].server == T[t].owner -> c = (T[t].t0 & 7) - 1
    :: else -> c = NONE
    fi
}

#define endpoint_may_wait(t) (!(T[t].flags & NOWAIT))

inline endpoint_wait(t, queue, waiting)
{
    T[t].state = waiting;
    endpoint_enqueue(queue, t)
}

inline endpoint_send(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        message_copy(t, receiver, badge_of(T[t].owner));
        T[receiver].t0 = 0; /* nobody waits for an answer */
        thread_finish(t, OK);
        sched_wake(t, receiver)
    :: else ->
        if
        :: recv_handles == 0 -> thread_finish(t, DEAD)
        :: recv_handles != 0 && !endpoint_may_wait(t) ->
            thread_finish(t, WOULD_BLOCK)
        :: else ->
            endpoint_wait(t, SENDERS, WAIT_SEND);
            schedule()
        fi
    fi
}

/* `t` has received from `from`. It only sent: then it is able to run and
 * `from` stays as it is. Or it made a call: then `from` becomes NONE. */
inline sender_finish(from, t)
{
    if
    :: T[from].state == WAIT_CALL ->
        token_take(t, from);
        from = NONE
    :: else ->
        T[t].t0 = 0; /* nobody waits for an answer */
        thread_finish(from, OK)
    fi
}

inline endpoint_recv(t, other)
{
    if
    :: head[SENDERS] != NONE ->
        endpoint_dequeue(SENDERS, NONE, sender);
        claim(E2, H[T[sender].owner].is_there);
        message_copy(sender, t, badge_of(T[sender].owner));
        sender_finish(sender, t);
        sched_wake_both(t, sender, other)
    :: else ->
        if
        :: !endpoint_may_wait(t) ->
            thread_finish(t, WOULD_BLOCK);
            sched_wake(t, other)
        :: else ->
            endpoint_wait(t, RECEIVERS, WAIT_RECV);
            sched_switch(other)
        fi
    fi
}

/* -------------------------------------------------- calls: kernel/call.c */

inline endpoint_call(t)
{
    if
    :: head[RECEIVERS] != NONE ->
        endpoint_dequeue(RECEIVERS, NONE, receiver);
        message_copy(t, receiver, badge_of(T[t].owner));
        token_take(receiver, t);
        sched_switch(receiver)
    :: else ->
        if
        :: recv_handles == 0 -> thread_finish(t, DEAD)
        :: recv_handles != 0 && !endpoint_may_wait(t) ->
            thread_finish(t, WOULD_BLOCK)
        :: else ->
            endpoint_wait(t, SENDERS, WAIT_CALL);
            schedule()
        fi
    fi
}

inline reply_send(t, c)
{
    message_copy(t, c, 0);
    token_drop(c)
}

inline call_dead(c)
{
    token_drop(c);
    thread_finish(c, DEAD);
    ready_push(c)
}

/* ---------------------------------------------- ends: kernel/endpoint.c */

inline endpoint_cancel(t, error)
{
    endpoint_unqueue(t);
    T[t].state = ENDED;
    thread_finish(t, error)
}

/* is_hung_up: nobody is left in the queue of senders. */
inline endpoint_hangup()
{
    count = 0;
    do
    :: count < STEP_ITEMS && head[SENDERS] != NONE ->
        count++;
        endpoint_dequeue(SENDERS, NONE, sender);
        thread_finish(sender, DEAD);
        ready_push(sender)
    :: else -> break
    od;
    is_hung_up = (head[SENDERS] == NONE)
}

/* Whoever begins goes on with it; so does schedule(), until all are told. */
inline endpoint_hangup_begin()
{
    endpoint_hangup();
    hung_up = !is_hung_up
}

inline endpoint_hangup_step()
{
    endpoint_hangup();
    hung_up = !is_hung_up
}

inline endpoint_retire()
{
    recv_handles = 0;
    endpoint_hangup_begin()
}

/* is_over: the handle may go. */
inline endpoint_release(h)
{
    if
    :: H[h].may_send || H[h].may_receive ->
        H[h].index = (head[RECEIVERS] != NONE || head[SENDERS] != NONE ->
            THREADS : 0);
        if
        :: H[h].may_receive && recv_handles > 0 -> recv_handles--
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

inline handle_delete(h)
{
    endpoint_release(h);
    if
    :: is_over -> H[h].is_there = false
    :: else
    fi
}

/* ------------ system calls: kernel/syscall_message.c and syscall_handle.c */

/* What handle_error makes of a handle without the right. */
#define handle_error(h) (H[h].is_there -> BAD_RIGHTS : BAD_HANDLE)

inline sys_endpoint_send(t)
{
    if
    :: H[T[t].owner].may_send -> endpoint_send(t)
    :: else -> thread_finish(t, handle_error(T[t].owner))
    fi
}

inline sys_endpoint_call(t)
{
    if
    :: H[T[t].owner].may_send -> endpoint_call(t)
    :: else -> thread_finish(t, handle_error(T[t].owner))
    fi
}

inline sys_endpoint_reply_recv(t)
{
    if
    :: !H[T[t].owner].may_receive ->
        thread_finish(t, handle_error(T[t].owner))
    :: else ->
        token_find(t, caller);
        if
        :: caller == NONE && T[t].t0 != 0 -> thread_finish(t, BAD_TOKEN)
        :: else ->
            if
            :: caller != NONE -> reply_send(t, caller)
            :: else
            fi;
            endpoint_recv(t, caller)
        fi
    fi
}

inline sys_endpoint_reply(t)
{
    token_find(t, caller);
    if
    :: caller == NONE -> thread_finish(t, BAD_TOKEN)
    :: else ->
        reply_send(t, caller);
        thread_finish(t, OK);
        sched_wake(t, caller)
    fi
}

inline sys_handle_close(t)
{
    if
    :: !H[T[t].owner].is_there -> thread_finish(t, BAD_HANDLE)
    :: else ->
        handle_delete(T[t].owner);
        if
        :: is_over -> thread_finish(t, OK)
        :: else -> T[t].again = true
        fi;
        schedule()
    fi
}

inline syscall_dispatch(t)
{
    T[t].again = false;
    if
    :: T[t].a7 == SEND -> sys_endpoint_send(t)
    :: T[t].a7 == CALL -> sys_endpoint_call(t)
    :: T[t].a7 == REPLY_RECV -> sys_endpoint_reply_recv(t)
    :: T[t].a7 == REPLY -> sys_endpoint_reply(t)
    :: T[t].a7 == CLOSE -> sys_handle_close(t)
    fi
}

/* ------------------------------------------ the end: kernel/process_end.c */

inline end_thread(p)
{
    victim = 0;
    do
    :: victim < THREADS &&
       (T[victim].owner != p || T[victim].state == ENDED) -> victim++
    :: else -> break
    od;
    if
    :: victim == THREADS -> is_over = true
    :: else ->
        if
        :: waits_in_endpoint(victim) -> endpoint_cancel(victim, DEAD)
        :: else
        fi;
        T[victim].state = ENDED;
        T[victim].server = NONE /* its token is dead from now on */
    fi
}

inline end_caller(p)
{
    do
    :: P[p].index < THREADS && T[P[p].index].server != p -> P[p].index++
    :: else -> break
    od;
    if
    :: P[p].index == THREADS -> is_over = true
    :: else -> call_dead(P[p].index)
    fi
}

inline end_object(p)
{
    n = 0;
    do
    :: n < PROCESSES && !H[n].is_there -> n++
    :: else -> break
    od;
    if
    :: p != SUPERVISOR || n == PROCESSES -> is_over = true
    :: else ->
        endpoint_retire();
        if
        :: is_hung_up -> handle_delete(n)
        :: else
        fi;
        is_over = false
    fi
}

inline end_handle(p)
{
    if
    :: !H[p].is_there -> is_over = true
    :: else -> handle_delete(p)
    fi
}

/* One item of the stage that the end of `p` has come to. */
inline process_end_step(p)
{
    is_over = false;
    if
    :: P[p].stage == END_THREADS ->
        end_thread(p);
        if
        :: is_over -> P[p].stage = END_CALLERS
        :: else
        fi
    :: P[p].stage == END_CALLERS ->
        end_caller(p);
        if
        :: is_over -> P[p].stage = END_OBJECTS; P[p].index = 0
        :: else
        fi
    :: P[p].stage == END_OBJECTS ->
        end_object(p);
        if
        :: is_over -> P[p].stage = END_HANDLES
        :: else
        fi
    :: P[p].stage == END_HANDLES ->
        end_handle(p);
        if
        :: is_over -> P[p].stage = GONE
        :: else
        fi
    fi
}

/* ------------------------------------------------------ the claims, judged */

#define is_more_urgent(a, b) \
    (T[a].urgency > T[b].urgency || \
     (T[a].urgency == T[b].urgency && arrived[a] < arrived[b]))

/* Before a step: who would be served next, who could run. */
inline look_before()
{
    first_sender = NONE;
    first_receiver = NONE;
    answered = 0;
    is_nowait = false;
    resumed = NONE;
    was_able = 0;
    i = 0;
    do
    :: i < THREADS ->
        if
        :: waits_to_send(i) &&
           (first_sender == NONE || is_more_urgent(i, first_sender)) ->
            first_sender = i
        :: T[i].state == WAIT_RECV &&
           (first_receiver == NONE || is_more_urgent(i, first_receiver)) ->
            first_receiver = i
        :: T[i].state == ABLE -> was_able = was_able | (1 << i)
        :: else
        fi;
        i++
    :: else -> break
    od
}

/* Whether the caller of `msg` still waits for an answer from process `p`. */
#define is_waiting_for(p, msg) \
    (taker[msg] == (p) + 1 && !is_answered[msg] && \
     sent[sender_of(msg)] == (msg) && asked[sender_of(msg)] == CALL && \
     T[sender_of(msg)].state != ENDED)

/* Before a call of `t` with a token, if `msg` is not 0: which message it will
 * answer, or whether it must be refused. */
inline look_before_call(t, msg)
{
    is_nowait = T[t].flags & NOWAIT;
    answered = 0;
    is_refused = false;
    if
    :: msg != 0 && (T[t].a7 == REPLY || H[T[t].owner].may_receive) ->
        if
        :: is_waiting_for(T[t].owner, msg) -> answered = msg
        :: else -> is_refused = true
        fi
    :: else
    fi
}

inline look_after_call(t)
{
    claim(R5, is_refused == (T[t].a0 == BAD_TOKEN));
    claim(R6, !is_nowait || (!waits_in_endpoint(t) && !T[t].again))
}

/* Goes through a queue the way it is linked: E2 and E3, and who is in it. */
inline look_at_queue(queue)
{
    above = NONE; /* the group before */
    at = head[queue];
    n = 0;
    do
    :: at != NONE ->
        claim(E3, above == NONE || T[above].urgency > T[at].urgency);
        k = at;
        do
        :: true ->
            claim(E2, (queue == RECEIVERS && T[k].state == WAIT_RECV) ||
                (queue == SENDERS && waits_to_send(k)));
            claim(E2, H[T[k].owner].is_there);
            claim(E2, !(queued & (1 << k)));
            claim(E3, T[k].urgency == T[at].urgency);
            claim(E3, T[T[k].next].prev == k);
            queued = queued | (1 << k);
            k = T[k].next;
            if
            :: k == at -> break
            :: else
            fi
        od;
        above = at;
        at = T[at].lower
    :: else -> break
    od
}

#define is_past_callers(p) \
    (P[p].stage == END_OBJECTS || P[p].stage == END_HANDLES || \
     P[p].stage == GONE)

inline look_at_endpoint()
{
    claim(E1, head[RECEIVERS] == NONE || head[SENDERS] == NONE);
    queued = 0;
    look_at_queue(RECEIVERS);
    look_at_queue(SENDERS);
    i = 0;
    do
    :: i < THREADS ->
        claim(E4, (T[i].server != NONE) == (T[i].state == WAIT_REPLY));
        i++
    :: else -> break
    od;
    count = 0;
    i = 0;
    do
    :: i < PROCESSES ->
        count = count + H[i].may_receive;
        i++
    :: else -> break
    od;
    claim(E5, recv_handles == count ||
        (recv_handles == 0 && is_past_callers(SUPERVISOR)))
}

/* The send or call of `t` is over. */
inline look_at_sent(t)
{
    m = sent[t];
    claim(R3, (T[t].a0 == OK && asked[t] == CALL) ||
        (T[t].label == m && T[t].first == m && T[t].others == m &&
         T[t].flags == asked_flags[t]));
    if
    :: T[t].a0 == OK && asked[t] == SEND -> claim(R1, taker[m] != 0)
    :: T[t].a0 == OK && asked[t] == CALL ->
        claim(R5, is_answered[m]);
        claim(R3, T[t].label == answer(m) && T[t].first == answer(m) &&
            T[t].others == answer(m) && T[t].t1 == 0 && T[t].flags == 0)
    :: T[t].a0 == DEAD ->
        claim(R1, taker[m] == 0 || asked[t] == CALL);
        claim(R11, (taker[m] == 0 && recv_handles == 0) ||
            (taker[m] != 0 && P[taker[m] - 1].stage != LIVING))
    :: T[t].a0 == WOULD_BLOCK ->
        claim(R1, taker[m] == 0);
        claim(R6, first_receiver == NONE)
    :: else ->
        claim(R1, taker[m] == 0);
        claim(R11, !H[T[t].owner].may_send)
    fi
}

/* The reply_recv of `t` is over, in a step of `by`. */
inline look_at_received(t, by)
{
    if
    :: T[t].a0 == OK ->
        m = T[t].label;
        claim(R3, is_message(m));
        s = sender_of(m);
        claim(R2, taker[m] == 0);
        claim(R3, sent[s] == m && T[t].first == m && T[t].others == m &&
            T[t].t1 == badge_of(T[s].owner) && T[t].flags == 0);
        claim(R4, s == by || s == first_sender);
        claim(R4, t == by || t == first_receiver);
        claim(R5, (T[t].t0 != 0) == (T[s].state == WAIT_REPLY));
        taker[m] = T[t].owner + 1;
        if
        :: T[t].t0 != 0 -> known[t] = T[t].t0; about[t] = m
        :: else
        fi
    :: T[t].a0 == WOULD_BLOCK -> claim(R6, first_sender == NONE)
    :: T[t].a0 == BAD_TOKEN /* look_after_call has looked */
    :: else -> claim(R11, !H[T[t].owner].may_receive)
    fi
}

/* The call of `t` is over or will never be: its registers mean nothing, its
 * message is never to be taken (again). */
inline clear(t)
{
    if
    :: is_client(t) && sent[t] != 0 ->
        taker[sent[t]] = CLOSED;
        is_answered[sent[t]] = false
    :: else
    fi;
    asked[t] = NO_CALL;
    asked_flags[t] = 0;
    T[t].again = false;
    T[t].a0 = OK;
    T[t].a7 = NO_CALL;
    T[t].flags = 0;
    T[t].label = 0;
    T[t].first = 0;
    T[t].others = 0;
    T[t].t0 = 0;
    T[t].t1 = 0
}

/* All whose calls are over, in a step of `by`. Receivers first, for they say
 * which messages were taken. What was looked at is cleared. */
inline look_at_results(by)
{
    if
    :: answered != 0 ->
        claim(R5, T[sender_of(answered)].state == ABLE);
        is_answered[answered] = true
    :: else
    fi;
    i = 0;
    do
    :: i < 2 * THREADS ->
        k = (i < THREADS -> THREADS - 1 - i : 2 * THREADS - 1 - i);
        if
        :: asked[k] != NO_CALL && T[k].state == ABLE && !T[k].again &&
           (i >= THREADS || asked[k] == REPLY_RECV) ->
            printf("thread %d: %e: %e\n", k, asked[k], T[k].a0);
            claim(R3, T[k].a7 == asked[k]);
            claim(R7, T[k].a0 != UNWRITTEN);
            claim(R6, T[k].a0 != WOULD_BLOCK || (k == by && is_nowait));
            if
            :: is_client(k) -> look_at_sent(k)
            :: asked[k] == REPLY_RECV -> look_at_received(k, by)
            :: asked[k] == REPLY ->
                claim(R5, (T[k].a0 == OK) == (answered != 0))
            :: else
            fi;
            is_shut[k] = is_shut[k] || T[k].a0 == REVOKED_ERROR ||
                T[k].a0 == BAD_HANDLE || T[k].a0 == BAD_RIGHTS;
            clear(k)
        :: else
        fi;
        i++
    :: else -> break
    od
}

/* Those who leave a queue, those who join it, those who were woken. */
inline look_at_order(by)
{
    woken = 0;
    told_dead = 0;
    i = 0;
    do
    :: i < THREADS ->
        if
        :: arrived[i] != 0 && !waits_in_endpoint(i) ->
            k = 0;
            do
            :: k < THREADS ->
                if
                :: arrived[k] > arrived[i] -> arrived[k]--
                :: else
                fi;
                k++
            :: else -> break
            od;
            arrived[i] = 0
        :: else
        fi;
        if
        :: T[i].state == ABLE && !(was_able & (1 << i)) ->
            woken++;
            told_dead = told_dead + (T[i].a0 == DEAD -> 1 : 0);
            claim(R7, !T[i].again);
            claim(R8, by == NONE || resumed == NONE ||
                T[resumed].urgency >= T[i].urgency);
            claim(R8, resumed != i || T[by].state != ABLE ||
                T[i].urgency > T[by].urgency)
        :: else
        fi;
        i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < THREADS ->
        if
        :: arrived[i] == 0 && waits_in_endpoint(i) ->
            claim(E5, T[i].state == WAIT_RECV || recv_handles > 0);
            n = 0;
            k = 0;
            do
            :: k < THREADS ->
                n = n + (arrived[k] != 0 -> 1 : 0);
                k++
            :: else -> break
            od;
            arrived[i] = n + 1
        :: else
        fi;
        i++
    :: else -> break
    od
}

/* Records of the dead are free, links outside a queue mean nothing. */
inline forget()
{
    i = 0;
    do
    :: i < THREADS ->
        if
        :: !waits_in_endpoint(i) ->
            T[i].next = WILD;
            T[i].prev = WILD;
            T[i].lower = WILD
        :: else
        fi;
        if
        :: T[i].state == ENDED -> clear(i)
        :: else
        fi;
        if
        :: T[i].state == ENDED || (RETRIES == 0 && about[i] != 0 &&
           !is_waiting_for(T[i].owner, about[i])) ->
            known[i] = 0;
            about[i] = 0
        :: else
        fi;
        i++
    :: else -> break
    od
}

/* Nothing happens any more by itself: nobody runs, ends, or is closed. */
inline look_at_rest()
{
    is_rest = !hung_up;
    count = 0; /* living processes that can receive */
    i = 0;
    do
    :: i < PROCESSES ->
        is_rest = is_rest && (P[i].stage == LIVING || P[i].stage == GONE) &&
            (!H[i].is_there || H[i].may_send || H[i].may_receive);
        count = count + (H[i].may_receive && P[i].stage == LIVING -> 1 : 0);
        i++
    :: else -> break
    od;
    i = 0;
    do
    :: i < THREADS ->
        is_rest = is_rest && (T[i].state != ABLE || is_done[i]);
        i++
    :: else -> break
    od;
    i = 0;
    do
    :: is_rest && i < THREADS ->
        if
        :: T[i].state == WAIT_REPLY ->
            claim(R9, P[T[i].server].stage == LIVING)
        :: waits_to_send(i) ->
            claim(R9, (queued & (1 << i)) && count > 0)
        :: T[i].state == WAIT_RECV -> claim(R9, queued & (1 << i))
        :: else
        fi;
        claim(R9, T[i].state == ENDED || P[T[i].owner].stage == LIVING);
        claim(R9, !waits_in_endpoint(i) || H[T[i].owner].is_there);
        i++
    :: else -> break
    od
}

/* After each step; `by` is the thread that was in the kernel, or NONE. */
inline look_after(by)
{
    look_at_endpoint();
    look_at_order(by);
    claim(R10, woken <= 2 * STEP_ITEMS && told_dead <= STEP_ITEMS);
    look_at_results(by);
    forget();
    look_at_rest()
}

/* ------------------------------------------------------------ the programs */

/* `t` makes the call that stands in its registers. `msg` is the message that
 * the token in t0 is about, 0 without a token. */
inline make_call(t, msg)
{
    d_step {
        look_before();
        look_before_call(t, msg);
        asked[t] = T[t].a7;
        asked_flags[t] = T[t].flags;
        T[t].a0 = UNWRITTEN;
        resumed = t;
        syscall_dispatch(t);
        look_after_call(t);
        look_after(t);
        resumed = NONE
    }
}

inline write_message(t, content)
{
    T[t].label = content;
    T[t].first = content;
    T[t].others = content
}

/* The program of `t` runs on and makes no more calls. */
inline stop(t)
{
    d_step {
        is_done[t] = true;
        look_at_endpoint(); /* who is queued */
        look_at_rest();
        resumed = NONE
    }
}

proctype asking(byte me)
{
    byte left = MESSAGES;

end:
    do
    :: atomic {
        T[me].state == ABLE && !is_done[me] ->
        if
        :: left > 0 ->
            sent[me] = message(me, MESSAGES - left);
            left--;
            write_message(me, sent[me]);
            if
            :: T[me].a7 = SEND
            :: T[me].a7 = CALL
            fi;
            if
            :: true
            :: NOWAITS -> T[me].flags = NOWAIT
            fi;
            printf("thread %d: %e, flags %d\n", me, T[me].a7, T[me].flags);
            make_call(me, 0)
        :: else -> stop(me)
        fi
    }
    od
}

/* Whether a server of process `p` might reply with what thread `x` knows. */
#define may_try(x, p) \
    (about[x] != 0 && (retries > 0 || is_waiting_for(p, about[x])))

/* Receives, and replies at some time or other, perhaps with the token that
 * another thread got. It gives up when its handle is gone. */
proctype serving(byte me)
{
    byte with = NONE;        /* whose token it uses; NONE: none */
    byte topic = 0;          /* the message that it is about, or 0 */
    byte polls = NOWAITS;    /* receives that do not wait, still to do */
    byte retries = RETRIES;  /* tokens that are no good, still to try */

end:
    do
    :: atomic {
        T[me].state == ABLE && !is_done[me] ->
        if
        :: T[me].again /* the same call once more */
        :: !T[me].again && !is_shut[me] -> T[me].a7 = REPLY_RECV
        :: !T[me].again && !is_shut[me] && CLOSING -> T[me].a7 = CLOSE
        :: !T[me].again && may_try(CLIENTS, T[me].owner) -> with = CLIENTS
        :: !T[me].again && THREADS > CLIENTS + 1 &&
           may_try(THREADS - 1, T[me].owner) -> with = THREADS - 1
        :: !T[me].again && is_shut[me] -> T[me].a7 = NO_CALL
        fi;
        if
        :: with != NONE ->
            topic = about[with];
            T[me].t0 = known[with];
            write_message(me, answer(topic));
            if
            :: !is_waiting_for(T[me].owner, topic) -> retries--
            :: else
            fi;
            if
            :: !is_shut[me] -> T[me].a7 = REPLY_RECV
            :: T[me].a7 = REPLY
            fi
        :: else
        fi;
        if
        :: T[me].a7 == REPLY_RECV && polls > 0 ->
            polls--;
            T[me].flags = NOWAIT
        :: true
        fi;
        printf("thread %d: %e, token %d, flags %d\n", me, T[me].a7, T[me].t0,
            T[me].flags);
        if
        :: T[me].a7 == NO_CALL -> stop(me)
        :: else -> make_call(me, topic)
        fi;
        with = NONE;
        topic = 0
    }
    od
}

/* ---------------------------------------------------- what else may happen */

/* Process `p` is killed at some time or never, and ends bit by bit. The kernel
 * ends one process after the other; here they may take turns. */
proctype end_of_process(byte p)
{
end:
    do
    :: d_step {
        P[p].stage != GONE ->
        printf("process %d: %e\n", p, P[p].stage);
        look_before();
        if
        :: P[p].stage == LIVING -> P[p].stage = END_THREADS
        :: else -> process_end_step(p)
        fi;
        look_after(NONE);
        resumed = NONE
    }
    od
}

/* Handle `h` is deleted at some time or never, by one who does not die. */
proctype revocation(byte h)
{
end:
    do
    :: d_step {
        H[h].is_there ->
        printf("handle %d is revoked\n", h);
        look_before();
        handle_delete(h);
        look_after(NONE);
        resumed = NONE
    }
    od
}

/* What schedule() does for those that hang up. */
proctype cleaning()
{
end:
    do
    :: d_step {
        hung_up ->
        look_before();
        endpoint_hangup_step();
        look_after(NONE);
        resumed = NONE
    }
    od
}

init
{
    byte p = 0;              /* a thread, then a process */

    atomic {
        d_step {
            head[RECEIVERS] = NONE;
            head[SENDERS] = NONE;
            i = 0;
            do
            :: i < THREADS ->
                T[i].state = ABLE;
                T[i].token = i + 1;
                T[i].owner = (is_client(i) -> i :
                    CLIENTS + (i - CLIENTS) / SERVER_THREADS);
                T[i].server = NONE;
                asked[i] = NO_CALL;
                i++
            :: else -> break
            od;
            i = 0;
            do
            :: i < PROCESSES ->
                P[i].stage = LIVING;
                H[i].may_send = is_client(i);
                H[i].may_receive = !is_client(i) && (i < SUPERVISOR || KEEPER);
                H[i].is_there = H[i].may_send || H[i].may_receive;
                recv_handles = recv_handles + H[i].may_receive;
                i++
            :: else -> break
            od;
            forget();
            resumed = NONE
        }
        do
        :: p < THREADS ->
            if
            :: true
            :: URGENCIES > 1 -> T[p].urgency = 1
            :: URGENCIES > 2 -> T[p].urgency = 2
            fi;
            if
            :: is_client(p) -> run asking(p)
            :: else -> run serving(p)
            fi;
            p++
        :: else -> break
        od;
        p = 0;
        do
        :: p < PROCESSES ->
            if
            :: MORTAL & (1 << p) -> run end_of_process(p)
            :: else
            fi;
            if
            :: REVOKED & (1 << p) -> run revocation(p)
            :: else
            fi;
            p++
        :: else -> break
        od;
        run cleaning();
        p = 0
    }
}
