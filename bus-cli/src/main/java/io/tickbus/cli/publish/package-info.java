/**
 * {@code tickbus publish}: publishes signals by hand or at a rate.
 */
package io.tickbus.cli.publish;
