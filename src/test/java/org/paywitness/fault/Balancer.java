package org.paywitness.fault;

import java.io.IOException;

/** What stands before the pods and sends requests to those that are ready, and none of them twice. */
interface Balancer extends AutoCloseable {
    int port();

    /** How many pods it takes to be ready. */
    int ready() throws IOException, InterruptedException;

    @Override
    void close() throws IOException;
}
