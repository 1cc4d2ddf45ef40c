package dev.espalier.agent;

import dev.espalier.agent.api.Daemon;
import dev.espalier.objects.NodeFacts;
import dev.espalier.objects.ObjectSet;
import dev.espalier.objects.document.YamlReader;
import dev.espalier.objects.plan.Compilation;
import dev.espalier.objects.plan.Compiler;
import dev.espalier.stores.files.FileSecrets;
import dev.espalier.stores.files.FileStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** From files, or texts, to a plan. Touches nothing but the files. */
final class Configuration {

    private Configuration() {}

    /** The plan that a file or folder makes on a node with these facts. */
    static Compilation compile(Path fileOrFolder, NodeFacts facts) {
        ObjectSet objects = FileStore.load(fileOrFolder);
        return Compiler.compile(objects, facts, FileSecrets.beside(fileOrFolder));
    }

    /** The plan that documents would make; their passwords are looked for beside the present configuration. */
    static Compilation compile(List<Daemon.Document> documents, Path present, NodeFacts facts) {
        List<YamlReader.Documents> texts = new ArrayList<>();
        for (Daemon.Document document : documents) {
            texts.add(YamlReader.read(document.name(), document.text()));
        }
        return Compiler.compile(ObjectSet.of(texts), facts, FileSecrets.beside(present));
    }
}
