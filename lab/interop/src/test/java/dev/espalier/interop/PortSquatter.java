package dev.espalier.interop;

import java.io.IOException;
import java.net.DatagramSocket;

/** A program that has a UDP port and does nothing with it. */
final class PortSquatter {

    private PortSquatter() {}

    /** Takes the port, says so, and stays until it is ended. */
    public static void main(String... arguments) throws IOException, InterruptedException {
        try (DatagramSocket socket = new DatagramSocket(Integer.parseInt(arguments[0]))) {
            System.out.println("taken " + socket.getLocalPort());
            Thread.sleep(Long.MAX_VALUE);
        }
    }
}
