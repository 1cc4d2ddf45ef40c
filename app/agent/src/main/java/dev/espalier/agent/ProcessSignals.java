package dev.espalier.agent;

import java.lang.reflect.Proxy;

/**
 * The signals of the process. Java has no supported way to hear SIGHUP. {@code sun.misc.Signal} is there in every JDK, but javac
 * warns of it in a way that no annotation can suppress, and warnings are errors here; hence reflection, in this class only.
 */
final class ProcessSignals {

    private ProcessSignals() {}

    /**
     * Runs the action, on a thread of the JVM's, whenever the process receives the signal.
     *
     * @param name without SIG, such as {@code HUP}
     * @throws IllegalStateException when this JVM cannot do that
     */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object run = Proxy.newProxyInstance(
                    ProcessSignals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), run);
        } catch (ReflectiveOperationException missing) {
            throw new IllegalStateException("this JVM cannot listen for SIG" + name, missing);
        }
    }
}
