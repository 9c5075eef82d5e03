// SPDX-License-Identifier: Apache-2.0
package io.tickbus.metrics;

/** Every metric of buses, of their host and of subscribers. docs/METRICS.md says what is normal for each. */
enum BusMetric {
    UP(Type.GAUGE, "tickbus_up", "1 while the bus can be read and its publisher is alive"),
    CONDITION(Type.GAUGE, "tickbus_condition", "1 for the condition that the bus is in, 0 for the others"),
    READ_FAILURES(Type.COUNTER, "tickbus_read_failures", "Attempts of the exporter to read the bus that failed"),
    INFO(Type.GAUGE, "tickbus_daemon_info", "1, with what the daemon was told: mode and limit of idle processors"),
    EPOCH(Type.GAUGE, "tickbus_epoch", "How many publishers the bus has had; a restart adds one"),
    UPTIME(Type.GAUGE, "tickbus_uptime_seconds", "Time since the publisher opened the bus"),
    HEARTBEAT_AGE(Type.GAUGE, "tickbus_heartbeat_age_seconds", "Time since the publisher's last sign of life"),
    SIGNALS(Type.COUNTER, "tickbus_signals_published", "Signals since the bus was created"),
    RING_SLOTS(Type.GAUGE, "tickbus_ring_slots", "Signals that the ring can hold"),
    RING_OCCUPANCY(Type.GAUGE, "tickbus_ring_occupancy_ratio", "Share of the ring that has been written; 1 from the"
            + " first lap on, when each signal overwrites the oldest"),
    RING_SPAN(Type.GAUGE, "tickbus_ring_span_seconds", "Age of the oldest signal in the ring: a subscriber that lags"
            + " further behind loses signals"),

    TIMERS_PENDING(Type.GAUGE, "tickbus_timers_pending", "Timers armed, paused ones included"),
    TIMERS_DUE(Type.GAUGE, "tickbus_timers_due", "Timers by how soon they are due, each in one group; of more than"
            + " 1,024 timers an estimate"),
    NEXT_DEADLINE(Type.GAUGE, "tickbus_next_deadline_seconds", "Time to the next deadline; negative once it is late"),
    FURTHEST_DEADLINE(Type.GAUGE, "tickbus_furthest_deadline_seconds", "Time to the furthest deadline"),
    FIRINGS(Type.COUNTER, "tickbus_firings", "Signals that a timer caused"),
    FIRINGS_LATE(Type.COUNTER, "tickbus_firings_late", "Firings later than their own grace"),
    OCCURRENCES_MISSED(Type.COUNTER, "tickbus_occurrences_missed", "Occurrences of periodic timers that were coalesced"
            + " into another or skipped"),
    LATENESS(Type.HISTOGRAM, "tickbus_lateness_seconds", "From deadline to publication of each firing, by the mode of"
            + " the daemon"),
    SIGNAL_LATENESS(Type.HISTOGRAM, "tickbus_signal_lateness_seconds", "From deadline to publication of each firing,"
            + " by signal id; 'other' for ids without a histogram of their own"),
    LATENESS_MAX(Type.GAUGE, "tickbus_lateness_max_seconds", "The latest of all firings since the daemon started"),
    LATE_THRESHOLD(Type.GAUGE, "tickbus_late_threshold_seconds", "Firings later than this get a record with a cause"),
    LATE_FIRINGS(Type.COUNTER, "tickbus_late_firings", "Firings later than the threshold, by cause"),

    COMMANDS(Type.COUNTER, "tickbus_commands", "Commands of clients, by kind"),
    REPLIES(Type.COUNTER, "tickbus_replies", "Answers to commands, by result"),
    REFUSED(Type.COUNTER, "tickbus_refused", "Commands refused, by reason"),
    CLIENTS(Type.GAUGE, "tickbus_clients_connected", "Clients served now"),
    CLIENT_EVENTS(Type.COUNTER, "tickbus_client_events", "Clients since the daemon started, by what became of them"),
    CLIENTS_REJECTED(Type.COUNTER, "tickbus_clients_rejected", "Clients that were rejected, by reason"),
    CLIENT_COMMANDS(Type.GAUGE, "tickbus_client_commands_answered", "Commands answered to the connected clients of a"
            + " name; falls when one of them leaves"),
    CLIENT_UNANSWERED(Type.GAUGE, "tickbus_client_commands_unanswered", "Commands of the clients of a name that wait"
            + " for an answer, as of the daemon's last heartbeat"),
    CLIENT_TIMERS(Type.GAUGE, "tickbus_client_timers_pending", "Timers armed by the clients of a name"),

    DUTY_CYCLES(Type.COUNTER, "tickbus_duty_cycles", "Cycles of the timer thread"),
    DUTY_CYCLE(Type.HISTOGRAM, "tickbus_duty_cycle_seconds", "Time that a cycle of the timer thread took in which there"
            + " was something to do"),
    DUTY_CYCLE_MAX(Type.GAUGE, "tickbus_duty_cycle_max_seconds", "The longest cycle of the timer thread"),
    DUTY_CYCLES_SLOW(Type.COUNTER, "tickbus_duty_cycles_slow", "Cycles of the timer thread over the threshold"),
    DUTY_CYCLES_LIMITED(Type.COUNTER, "tickbus_duty_cycles_limited", "Cycles that left due timers for the next, having"
            + " reached fire.limit"),
    SLEEPS(Type.COUNTER, "tickbus_sleeps", "How often the timer thread went to sleep"),
    WAKE_UPS(Type.COUNTER, "tickbus_wake_ups", "How often it woke, with something to do or too early"),
    DOORBELL_RINGS(Type.COUNTER, "tickbus_doorbell_rings", "Wake-ups by clients"),
    WAKE_UP_LATENESS(Type.HISTOGRAM, "tickbus_wake_up_lateness_seconds", "From when the timer thread was to wake to"
            + " when it woke"),
    WAKE_GUARD(Type.GAUGE, "tickbus_wake_guard_seconds", "How long before a deadline the timer thread wakes to spin"),
    SPIN_INTERRUPTIONS(Type.COUNTER, "tickbus_spin_interruptions", "Spins that were interrupted for lack of a core"),
    SPINNING_SUSPENDED(Type.GAUGE, "tickbus_spinning_suspended", "1 while the timer thread sleeps plainly since its"
            + " spins were interrupted"),
    CLIENT_THREAD_CYCLES(Type.COUNTER, "tickbus_client_thread_cycles", "Cycles of the thread that admits clients"),
    CLIENT_THREAD_CYCLE_MAX(Type.GAUGE, "tickbus_client_thread_cycle_max_seconds", "The longest of them"),
    STALLS(Type.COUNTER, "tickbus_stalls", "How often a thread of the daemon was silent for too long"),
    ERRORS(Type.COUNTER, "tickbus_errors", "Errors that a thread of the daemon survived; its log says which"),
    FILE_FAULTS(Type.COUNTER, "tickbus_file_faults", "Faults of mapped files that others had shortened"),
    CPU(Type.COUNTER, "tickbus_cpu_seconds", "CPU time of the daemon's process"),
    SETTINGS_GENERATION(Type.GAUGE, "tickbus_settings_generation", "How often settings came into force; 1 after the"
            + " start"),
    SETTINGS_ERRORS(Type.COUNTER, "tickbus_settings_errors", "Settings that were refused at a reload"),

    JOURNAL_ENTRIES(Type.COUNTER, "tickbus_journal_entries", "Entries handed to the journal"),
    JOURNAL_BACKLOG(Type.GAUGE, "tickbus_journal_backlog", "Entries that are not in the journal yet"),
    JOURNAL_LAG(Type.GAUGE, "tickbus_journal_lag_seconds", "How long ago the journal was given the oldest of what it"
            + " has not written yet"),
    JOURNAL_SIGNALS(Type.COUNTER, "tickbus_journal_signals", "Signals in the journal"),
    JOURNAL_SIGNALS_MISSED(Type.COUNTER, "tickbus_journal_signals_missed", "Signals that were overwritten before they"
            + " reached the journal"),
    JOURNAL_BYTES(Type.COUNTER, "tickbus_journal_bytes", "Bytes written to the journal"),
    JOURNAL_SYNCS(Type.COUNTER, "tickbus_journal_syncs", "How often the journal was forced to the disk"),
    JOURNAL_FAILURES(Type.COUNTER, "tickbus_journal_failures", "Failed attempts to write the journal"),
    JOURNAL_UNAVAILABLE(Type.GAUGE, "tickbus_journal_unavailable", "1 while the journal cannot be written"),
    JOURNAL_UNREADABLE(Type.COUNTER, "tickbus_journal_unreadable", "Pieces of the journal that could not be read at"
            + " the start"),
    TIMERS_RECOVERED(Type.COUNTER, "tickbus_timers_recovered", "Timers that the journal brought back at the start"),

    CLUSTER_WAITING(Type.GAUGE, "tickbus_cluster_commands_waiting", "Commands with a scope that the cluster has not"
            + " answered"),
    CLUSTER_UNCERTAIN(Type.COUNTER, "tickbus_cluster_commands_uncertain", "Commands with a scope that the cluster did"
            + " not answer in time"),
    CLOCK_STEPS(Type.COUNTER, "tickbus_clock_steps", "How often CLOCK_REALTIME was set while there were calendar"
            + " timers"),
    HICCUP(Type.HISTOGRAM, "tickbus_hiccup_seconds", "By how much a thread of the daemon that only sleeps overslept"),
    CLOCK_SOURCE(Type.GAUGE, "tickbus_host_clock_source_info", "1 for the clock source that the kernel uses now"),
    CLOCK_SOURCE_CHANGES(Type.COUNTER, "tickbus_host_clock_source_changes", "How often the exporter found another clock"
            + " source than before"),
    CLOCK_SYNCHRONIZED(Type.GAUGE, "tickbus_host_clock_synchronized", "1 while something keeps CLOCK_REALTIME right"),
    CLOCK_MAX_ERROR(Type.GAUGE, "tickbus_host_clock_error_bound_seconds", "The most that CLOCK_REALTIME can be wrong"),
    CLOCK_ESTIMATED_ERROR(Type.GAUGE, "tickbus_host_clock_estimated_error_seconds", "How wrong CLOCK_REALTIME probably"
            + " is"),
    STEAL(Type.COUNTER, "tickbus_host_steal_seconds", "CPU time of all processors that the hypervisor gave to others"),
    SUBSCRIBER_RECEIVED(Type.COUNTER, "tickbus_subscriber_received", "Signals handed over to the subscriber"),
    SUBSCRIBER_FILTERED(Type.COUNTER, "tickbus_subscriber_filtered", "Signals excluded by their id"),
    SUBSCRIBER_LOST(Type.COUNTER, "tickbus_subscriber_lost", "Signals overwritten before the subscriber read them"),
    SUBSCRIBER_OVERRUNS(Type.COUNTER, "tickbus_subscriber_overruns", "How often the subscriber was a ring behind"),
    SUBSCRIBER_LAG(Type.GAUGE, "tickbus_subscriber_lag", "Signals that waited after the subscriber's last poll"),
    SUBSCRIBER_SEQUENCE(Type.GAUGE, "tickbus_subscriber_sequence", "The next sequence that the subscriber reads"),
    SUBSCRIBER_LATENESS(Type.HISTOGRAM, "tickbus_subscriber_lateness_seconds", "From a signal's deadline until the"
            + " subscriber's handler is called"),
    SCRAPE_TIME(Type.GAUGE, "tickbus_exporter_read_seconds", "How long the exporter took to read all buses");

    /** What Prometheus can do with it. */
    enum Type { COUNTER, GAUGE, HISTOGRAM }

    private final Type type;
    private final String baseName;
    private final String help;

    BusMetric(Type type, String baseName, String help) {
        this.type = type;
        this.baseName = baseName;
        this.help = help;
    }

    Type type() {
        return type;
    }

    /** The name as the library takes it: it appends {@code _total} to counters. */
    String baseName() {
        return baseName;
    }

    /** The name as Prometheus shows it. */
    String exposedName() {
        return type == Type.COUNTER ? baseName + "_total" : baseName;
    }

    String help() {
        return help;
    }
}
