/** What every benchmark of several processes runs on: a directory, child processes, and that nothing stays behind. */
package io.tickbus.bench.latency.run;
