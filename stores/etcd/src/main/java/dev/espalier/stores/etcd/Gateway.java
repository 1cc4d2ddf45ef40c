package dev.espalier.stores.etcd;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.stores.state.StateStoreException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks one member of the cluster after another until one answers. A question that changes nothing may be asked again anywhere; an
 * order only where it is certain that it did not arrive.
 */
final class Gateway implements AutoCloseable {

    static final ObjectMapper JSON = new ObjectMapper();

    private static final Duration CONNECT = Duration.ofSeconds(2);
    /** gRPC's code for a missing or outdated token. */
    private static final int UNAUTHENTICATED = 16;
    /** gRPC's code for what does not exist, such as a lease that has ended. */
    private static final int NOT_FOUND = 5;

    private final EtcdOptions options;
    private final HttpClient client;
    /** The member that answered last. */
    private volatile int favourite;

    private volatile @Nullable String token;

    Gateway(EtcdOptions options) {
        this.options = options;
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT).version(HttpClient.Version.HTTP_1_1);
        if (options.tls() != null) {
            builder.sslContext(options.tls());
        }
        this.client = builder.build();
    }

    /** What a member said: a status of HTTP and a body. */
    private record Answer(URI member, int status, JsonNode body) {
        boolean isFine() {
            return status == 200;
        }

        int code() {
            return body.path("code").asInt();
        }

        String complaint() {
            String message = body.path("message").asText(body.path("error").asText());
            return message.isEmpty() ? "status " + status : message;
        }
    }

    /**
     * Asks.
     *
     * @param path of the call
     * @param question its body
     * @param repeatable whether it may be carried out twice
     * @throws StateStoreException when nobody answers, or the answer is a refusal
     */
    JsonNode ask(String path, ObjectNode question, boolean repeatable) {
        Answer answer = askAsUser(path, question, repeatable);
        if (!answer.isFine()) {
            throw refusal(path, answer);
        }
        return answer.body();
    }

    /** Gives an order that may be carried out twice, about something that need not exist any more. */
    void askUnlessGone(String path, ObjectNode question) {
        Answer answer = askAsUser(path, question, true);
        if (!answer.isFine() && answer.code() != NOT_FOUND) {
            throw refusal(path, answer);
        }
    }

    private static StateStoreException refusal(String path, Answer answer) {
        return new StateStoreException("etcd at " + answer.member() + " refuses " + path + ": " + answer.complaint());
    }

    private Answer askAsUser(String path, ObjectNode question, boolean repeatable) {
        authenticateOnce();
        Answer answer = askAround(path, question, repeatable);
        if (answer.code() == UNAUTHENTICATED && options.user() != null) {
            authenticate();
            answer = askAround(path, question, repeatable);
        }
        return answer;
    }

    /**
     * Asks a question that has many answers, of one member after another until one has given the first.
     *
     * @throws StateStoreException when nobody answers, or the answer is a refusal
     */
    AnswerStream open(String path, ObjectNode question) {
        authenticateOnce();
        List<URI> members = options.endpoints();
        StringBuilder complaints = new StringBuilder();
        for (int i = 0; i < members.size(); i++) {
            int index = (favourite + i) % members.size();
            URI member = members.get(index);
            // A member that has lost the others would go on as if nothing happened in the world.
            HttpRequest request = request(member, path, question)
                    .header("Grpc-Metadata-hasleader", "true")
                    .build();
            AnswerStream stream = new AnswerStream(client, member, request, this::forgetToken);
            try {
                stream.awaitFirst(options.patience());
                favourite = index;
                return stream;
            } catch (IOException silent) {
                stream.close();
                complaints.append("; ").append(member).append(": ").append(reason(silent));
            } catch (StateStoreException refused) {
                stream.close();
                throw refused;
            }
        }
        throw new StateStoreException("no member of etcd answers" + complaints);
    }

    /** Has the next question ask for a new token first. */
    void forgetToken() {
        token = null;
    }

    private void authenticateOnce() {
        if (options.user() != null && token == null) {
            authenticate();
        }
    }

    private void authenticate() {
        ObjectNode question =
                JSON.createObjectNode().put("name", options.user()).put("password", options.password());
        Answer answer = askAround("/v3/auth/authenticate", question, true);
        if (!answer.isFine()) {
            throw new StateStoreException("etcd at " + answer.member() + " does not let user " + options.user()
                    + " in: " + answer.complaint());
        }
        token = answer.body().path("token").asText();
    }

    private Answer askAround(String path, ObjectNode question, boolean repeatable) {
        List<URI> members = options.endpoints();
        StringBuilder complaints = new StringBuilder();
        IOException last = null;
        for (int i = 0; i < members.size(); i++) {
            int index = (favourite + i) % members.size();
            URI member = members.get(index);
            try {
                Answer answer = ask(member, path, question);
                boolean elsewhere = answer.status() >= 500 && repeatable && i + 1 < members.size();
                if (!elsewhere) {
                    favourite = index;
                    return answer;
                }
                complaints.append("; ").append(member).append(": ").append(answer.complaint());
            } catch (IOException silent) {
                last = silent;
                complaints.append("; ").append(member).append(": ").append(reason(silent));
                if (!repeatable && mayHaveArrived(silent)) {
                    throw new StateStoreException(
                            "etcd at " + member + " did not answer (" + reason(silent)
                                    + "), and may or may not have done it",
                            silent);
                }
            }
        }
        String message = "no member of etcd answers" + complaints;
        throw last == null ? new StateStoreException(message) : new StateStoreException(message, last);
    }

    private static boolean mayHaveArrived(IOException silent) {
        return !(silent instanceof ConnectException || silent instanceof HttpConnectTimeoutException);
    }

    static String reason(Throwable failed) {
        Throwable silent =
                failed instanceof CompletionException && failed.getCause() != null ? failed.getCause() : failed;
        String message = silent.getMessage();
        return message == null ? silent.getClass().getSimpleName() : message;
    }

    private HttpRequest.Builder request(URI member, String path, ObjectNode question) {
        HttpRequest.Builder request = HttpRequest.newBuilder(member.resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(question.toString()));
        String present = token;
        return present == null ? request : request.header("Authorization", present);
    }

    private Answer ask(URI member, String path, ObjectNode question) throws IOException {
        HttpRequest request =
                request(member, path, question).timeout(options.patience()).build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(member, response.statusCode(), body(response.body()));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new StateStoreException("interrupted while etcd was asked", stopped);
        }
    }

    private static JsonNode body(byte[] octets) throws IOException {
        try {
            JsonNode body = JSON.readTree(octets);
            return body == null ? JSON.createObjectNode() : body;
        } catch (JsonProcessingException notJson) {
            return JSON.createObjectNode().put("message", "an answer that is not etcd's; is that its client port?");
        }
    }

    @Override
    public void close() {
        client.shutdownNow(); // an answer may be on its way that never ends
    }
}
