import org.jspecify.annotations.NullMarked;

/**
 * The command line: {@code espalier run}, which is the daemon, and the commands that ask a running daemon.
 *
 * <p><b>Owns</b> the words on the command line, the tables and sentences on the screen, and the exit statuses. What is true it asks
 * of the daemon, over its API; it draws no conclusions of its own.
 *
 * <p><b>Called by</b> people and scripts. Other modules add commands by providing {@link dev.espalier.cli.Subcommand}.
 *
 * <p><b>Must never</b> load more than a command needs: {@code espalier peers} is typed often, and starts without Netty, data
 * binding, or the other commands. Must never print half a table as if it were the whole.
 */
@NullMarked
module dev.espalier.cli {
    requires com.fasterxml.jackson.core;
    requires dev.espalier.agent;
    requires dev.espalier.capture;
    requires dev.espalier.cni.shim;
    requires dev.espalier.transport;
    requires info.picocli;
    requires org.snakeyaml.engine;
    requires static transitive org.jspecify;

    exports dev.espalier.cli;

    uses dev.espalier.cli.Subcommand;

    // picocli fills the fields of the commands.
    opens dev.espalier.cli to
            info.picocli;
}
