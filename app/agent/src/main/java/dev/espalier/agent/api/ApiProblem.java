package dev.espalier.agent.api;

import java.util.List;

/**
 * Why a request was not done, as RFC 9457 has it.
 *
 * @param type always {@code about:blank}: the status says what sort of problem it is
 * @param title the status in words
 * @param status the HTTP status
 * @param detail what is wrong and what to do, a sentence
 * @param errors what is wrong in a configuration; empty when the problem is another
 */
public record ApiProblem(String type, String title, int status, String detail, List<PlanView.Problem> errors) {

    static ApiProblem of(int status, String detail) {
        return of(status, detail, List.of());
    }

    static ApiProblem of(int status, String detail, List<PlanView.Problem> errors) {
        return new ApiProblem("about:blank", title(status), status, detail, errors);
    }

    private static String title(int status) {
        return switch (status) {
            case 400 -> "Bad Request";
            case 403 -> "Forbidden";
            case 404 -> "Not Found";
            case 405 -> "Method Not Allowed";
            case 409 -> "Conflict";
            case 422 -> "Unprocessable Content";
            case 503 -> "Service Unavailable";
            default -> throw new IllegalArgumentException("no title for the status " + status);
        };
    }

    /** Ends the handling of a request; {@link ApiHandler} makes it the answer. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient ApiProblem problem;

        Refusal(int status, String detail) {
            super(detail);
            this.problem = of(status, detail);
        }

        ApiProblem problem() {
            return problem;
        }
    }
}
