package dev.espalier.transport;

/** Answers requests. Called on a virtual thread of its own for each request, so it may block. */
@FunctionalInterface
public interface HttpHandler {

    /**
     * Answers one request. Whatever it throws becomes a 500 without details for the client and an event with them; a mistake of
     * the client's is to be answered with a status of its own.
     */
    HttpResponse handle(HttpRequest request);
}
