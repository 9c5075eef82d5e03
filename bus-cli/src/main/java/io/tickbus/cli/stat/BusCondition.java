package io.tickbus.cli.stat;

/** A bus at a glance. */
enum BusCondition {
    /** Its publisher gives signs of life. */
    ALIVE,
    /** Its publisher holds it but gives no signs of life. */
    STALLED,
    /** Its publisher is gone without having closed it. */
    DEAD,
    /** Its publisher closed it in order. */
    CLOSED,
    /** Its file is of an earlier boot, of another time namespace, damaged, or not to be trusted. */
    UNREADABLE
}
