package dev.espalier.transport;

import dev.espalier.route.Transport.ListenOptions;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Errors.NativeIoException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the kernel's error numbers mean for whoever configured a peer or a listener. */
final class KernelErrors {

    private static final int EPERM = 1;
    private static final int EACCES = 13;
    private static final int EPIPE = 32;
    private static final int EADDRINUSE = 98;
    private static final int EADDRNOTAVAIL = 99;
    private static final int ENETUNREACH = 101;
    private static final int ECONNRESET = 104;
    private static final int ETIMEDOUT = 110;
    private static final int ECONNREFUSED = 111;
    private static final int EHOSTUNREACH = 113;

    /** What Netty puts before the kernel's words for a refused option; such a failure has no number. */
    private static final String OPTION_REFUSED = "setsockopt() failed: ";

    /** Netty tells the number of a failed connect only within its message. */
    private static final Pattern NUMBER = Pattern.compile("failed with error\\(-(\\d+)\\)(?:: ([^:]+))?");

    private KernelErrors() {}

    /** The error number behind a failure, or 0 when it came from elsewhere. */
    static int number(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NativeIoException told) {
                return -told.expectedErr();
            }
            Matcher matcher = NUMBER.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        return 0;
    }

    /** The kernel's words for a failure. */
    static String text(Throwable failure) {
        Throwable last = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            Matcher matcher = NUMBER.matcher(String.valueOf(cause.getMessage()));
            if (matcher.find() && matcher.group(2) != null) {
                return matcher.group(2);
            }
            last = cause;
        }
        String message = last.getMessage() == null ? last.getClass().getSimpleName() : last.getMessage();
        return message.startsWith(OPTION_REFUSED) ? message.substring(OPTION_REFUSED.length()) : message;
    }

    /** Why listening failed. */
    static String listening(ListenOptions options, Throwable failure) {
        String why =
                switch (number(failure)) {
                    case EADDRINUSE -> "another program has it";
                    case EACCES, EPERM ->
                        "ports below 1024 and binding to a link need root or CAP_NET_BIND_SERVICE and CAP_NET_RAW";
                    case EADDRNOTAVAIL -> "no link of this host has that address";
                    default -> "the kernel refused it";
                };
        return "cannot listen on " + options.address() + " port " + options.port() + ": " + why + " (" + text(failure)
                + ")";
    }

    /**
     * Why connecting failed, as the end of a sentence that names the peer.
     *
     * @param remote the peer, as in {@code 10.0.0.2 port 179}
     * @param source what we tried to connect from, for people
     */
    static String connecting(String remote, String source, Throwable failure) {
        if (failure instanceof ConnectTimeoutException) {
            return "no answer within " + NettyTransport.CONNECT_TIMEOUT.toSeconds() + " s";
        }
        return switch (number(failure)) {
            case ECONNREFUSED -> "the connection was refused";
            case ETIMEDOUT -> "no answer";
            case ENETUNREACH -> "there is no route to it";
            case EHOSTUNREACH -> "it cannot be reached (" + text(failure) + ")";
            case EADDRNOTAVAIL -> "cannot connect from " + source + ": no link of this host has that address";
            case EACCES, EPERM -> "not allowed (" + text(failure) + ")";
            default -> noRoute(failure) ? "there is no route to it" : other(remote, failure);
        };
    }

    /** Why an open connection broke. */
    static String broken(String remote, Throwable failure) {
        return switch (number(failure)) {
            case ECONNRESET, EPIPE -> "reset by " + remote;
            case ETIMEDOUT -> remote + " stopped answering";
            default -> "the connection to " + remote + " broke: " + text(failure);
        };
    }

    /** Netty makes an exception of its own, without a number, of ENETUNREACH. */
    private static boolean noRoute(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof NoRouteToHostException) {
                return true;
            }
        }
        return false;
    }

    private static String other(String remote, Throwable failure) {
        String what = failure instanceof ConnectException ? "cannot connect to " : "could not open a connection to ";
        return what + remote + ": " + text(failure);
    }
}
