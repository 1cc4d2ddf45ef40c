package dev.espalier.agent.api;

import java.util.List;
import java.util.Map;

/** What the API asks about pods and their addresses. Methods may block; any thread that may. */
public interface PodService {

    /**
     * An answer to the CNI plugin.
     *
     * @param succeeded whether the plugin ends with status 0
     * @param output what it prints
     */
    record CniAnswer(boolean succeeded, String output) {}

    /**
     * Carries out a call of the CNI plugin.
     *
     * @param environment the variables of its process whose names begin with {@code CNI_}
     * @param input its standard input
     */
    CniAnswer cni(Map<String, String> environment, String input);

    /**
     * The pods of this node, by their handles.
     *
     * @throws Daemon.RequestException when the store of addresses does not answer
     */
    List<PodView> pods();

    /**
     * Pools, blocks and addresses of all nodes, and what is wrong with them.
     *
     * @throws Daemon.RequestException when the store of addresses does not answer
     */
    IpamView ipam();

    /**
     * Takes an address back.
     *
     * @param address the address
     * @param force also when an interface of this node uses it
     * @return who had it
     * @throws Daemon.RequestException when nobody has it, or an interface uses it
     */
    ReleaseView release(String address, boolean force);
}
