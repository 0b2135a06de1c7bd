/* kills: 4.5; hint: the endpoint hangs up when the first handle that can receive goes, and not the last. */
static bool
endpoint_release(struct object *object, struct slot *slot)
{
    struct endpoint *ep = object_endpoint(object);
    struct process *owner = node_owner(&slot->node);
    rights_t rights = key_rights(slot->node.key);

    if (rights) {
        slot->node.key &= (uint16_t)~RIGHTS_ALL;
        slot->node.index =
            ep->receivers || ep->senders ? (uint16_t)thread_id_limit() : 0;
        if (rights & ENDPOINT_RECV && ep->recv_handles > 0)
            ep->recv_handles = 0;
    }
    for (unsigned i = 0; i < STEP_ITEMS && slot->node.index > 0; i++) {
        struct thread *t = threads[--slot->node.index];
        if (t->process != owner || t->endpoint != ep)
            continue;
        if (slot_is_fault_handle(slot)) {
            if (t->state == THREAD_WAIT_FAULT)
                undeliverable(t);
        } else if (thread_waits_in_endpoint(t) && t->x[REG_A0] == slot->name) {
            endpoint_cancel(t, ERR_REVOKED);
            ready_push(t);
        }
    }
    return slot->node.index == 0 &&
           (ep->recv_handles > 0 || endpoint_hangup_begin(ep));
}
