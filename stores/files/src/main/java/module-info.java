/**
 * Objects kept in files: one file, or a directory of them.
 *
 * <p><b>Owns</b> the reading of configuration files and of the files that hold passwords. What stands in them is understood by
 * {@code objects}. <b>Called by</b> the agent and the command line, at the start and at every reload. Reading blocks, so it is
 * for a thread that may. <b>Must never</b> write a file, watch for changes, or repeat a password in an error.
 */
@org.jspecify.annotations.NullMarked
module dev.espalier.stores.files {
    requires static transitive org.jspecify;
    requires transitive dev.espalier.objects;

    exports dev.espalier.stores.files;
}
