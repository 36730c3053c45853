/* Tickers: threads that wake again and again for nothing, and may be woken late.
 *
 * A server's loop looks twice a second whether it should end, a JVM has ten such threads. Woken each time, they eat
 * what virtual time gives. A thread whose waits have all been alike for a while, each to its limit, with nothing in
 * between that the library saw, may therefore be woken late (grants.c, night_latest_of), and then lives through its
 * ticks at once (tick_catchup.c). But only while it ticks for nothing: if a tick has made a thread move that this
 * jump did not wake, it was a call, a heartbeat, an attempt, and from there the thread has to tick a while again. So a
 * thread that waits for another, with a limit of its own, does not find that one late. */
#define _GNU_SOURCE
#include "census/census_parts.h"

static bool was_woken(const struct night_census *census, int32_t tid) {
    for (int i = 0; i < census->woken_count && i < NIGHT_NAMED; i++)
        if (census->woken[i] == tid)
            return true;
    return false;
}

static uint32_t slots_of(struct night_page *page) {
    uint32_t used = atomic_load(&page->slots_used);
    return used < NIGHT_SLOTS ? used : NIGHT_SLOTS;
}

static bool waits(const struct night_slot *slot) {
    return atomic_load(&slot->tid) != 0 && night_state_of(atomic_load(&slot->state)) == NIGHT_WAITING;
}

static bool may_be_late(const struct night_page *page, const struct night_slot *slot) {
    return waits(slot) && night_latest_of(page, slot) > atomic_load(&slot->deadline_ns);
}

/* Whether all threads that must wake at due_ns are tickers. A timer's signal is never for nothing. */
bool night_only_tickers_must(const struct night_census *census, int64_t due_ns) {
    struct night_page *page = census->page;
    for (uint32_t i = 0; i < atomic_load(&page->timers_used) && i < NIGHT_TIMERS; i++)
        if (atomic_load(&page->timers[i].pid) != 0 && atomic_load(&page->timers[i].deadline_ns) <= due_ns)
            return false;
    for (uint32_t i = 0, used = slots_of(page); i < used; i++) {
        const struct night_slot *slot = &page->slots[i];
        if (waits(slot) && atomic_load(&slot->deadline_ns) <= due_ns && !may_be_late(page, slot))
            return false;
    }
    return true;
}

/* The last tick of all tickers until then; NIGHT_NEVER when none of them is due. */
int64_t night_last_tick(struct night_page *page, int64_t until_ns) {
    int64_t last_ns = NIGHT_NEVER;
    for (uint32_t i = 0, used = slots_of(page); i < used; i++) {
        const struct night_slot *slot = &page->slots[i];
        int64_t deadline_ns = atomic_load(&slot->deadline_ns), span_ns = atomic_load(&slot->span_ns);
        if (deadline_ns > until_ns || !may_be_late(page, slot))
            continue;
        int64_t tick_ns = deadline_ns + (until_ns - deadline_ns) / span_ns * span_ns;
        last_ns = last_ns == NIGHT_NEVER || tick_ns > last_ns ? tick_ns : last_ns;
    }
    return last_ns;
}

/* The thread is behind from now on, by how late it is woken, but never to before another thread was awake. */
static void let_lag(struct night_census *census, struct night_slot *slot, int64_t now_ns) {
    int64_t late_ns = now_ns - atomic_load(&slot->deadline_ns), span_ns = atomic_load(&slot->span_ns);
    int64_t alone_ns = now_ns - census->acted_ns;
    /* Killed before the seal, we leave a page that the next controller takes for overwritten: a night lost, none misjudged. */
    atomic_fetch_add(&slot->late_ns, late_ns < alone_ns ? late_ns : alone_ns);
    atomic_store(&slot->seal, night_slot_seal(slot));
    if (late_ns < span_ns)
        return;
    census->ticks.bunched += late_ns / span_ns;
    if (late_ns > census->ticks.late_ns)
        census->ticks.late_ns = late_ns;
}

/* Before a jump's grants: which threads it wakes, and how many of their ticks come together. Tickers are woken in a jump
 * of their own: beside a thread whose waking may make others act, it could not be told afterwards which one did. */
void night_note_woken(struct night_census *census, enum night_scope scope) {
    struct night_page *page = census->page;
    int64_t now_ns = atomic_load(&page->now_ns);
    census->ticked = scope == NIGHT_TICKERS;
    for (uint32_t i = 0, used = slots_of(page); i < used; i++) {
        struct night_slot *slot = &page->slots[i];
        if (!waits(slot) || atomic_load(&slot->deadline_ns) > now_ns || (census->ticked && !may_be_late(page, slot)))
            continue;
        if (census->woken_count < NIGHT_NAMED)
            census->woken[census->woken_count++] = atomic_load(&slot->tid);
        if (census->ticked)
            let_lag(census, slot, now_ns);
    }
}

/* A thread works, has moved, has come or gone. */
void night_note_activity(struct night_census *census, int32_t tid) {
    if (!census->others_acted && census->woken_count > 0 && !(census->planted & NIGHT_PLANTED_NO_ACTIVITY))
        census->others_acted = !was_woken(census, tid);
}

/* At quiescence, before the next jump: those whose waking made others act have not ticked for nothing. */
void night_end_ticking(struct night_census *census) {
    struct night_page *page = census->page;
    if (census->others_acted || !census->ticked)
        census->acted_ns = atomic_load(&page->now_ns);
    for (uint32_t i = 0, used = slots_of(page); census->others_acted && i < used; i++) {
        struct night_slot *slot = &page->slots[i];
        if (!was_woken(census, atomic_load(&slot->tid)) || !night_is_sealed(slot))
            continue;
        atomic_store(&slot->ticking_since_ns, atomic_load(&slot->since_ns));
        atomic_store(&slot->seal, night_slot_seal(slot));
    }
    census->others_acted = false;
    census->woken_count = 0;
}
