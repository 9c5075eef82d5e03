// SPDX-License-Identifier: Apache-2.0
package io.tickbus.cli.profile;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import io.tickbus.core.BusException;
import io.tickbus.core.BusException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * async-profiler in another JVM: its library is put where that process finds it, and loaded by the JDK's attach API.
 *
 * <p><b>Threads:</b> one. <b>Progress:</b> makes system calls and waits for the other process.
 */
final class Profiler implements AutoCloseable {
    private static final List<Path> FOLDERS = List.of(Path.of("/tmp"), Path.of("/dev/shm"), Path.of("/var/tmp"));
    private static final String LIBRARY = "libasyncProfiler.so";
    private static final String PAGE = "flame.html";
    private static final String LOG = "log";

    private final TargetProcess target;
    private final VirtualMachine machine;
    /** As the process sees it. */
    private final Path folder;

    private Profiler(TargetProcess target, VirtualMachine machine, Path folder) {
        this.target = target;
        this.machine = machine;
        this.folder = folder;
    }

    /**
     * Attaches to a process.
     *
     * @throws BusException where it is no JVM, is another user's, or does not let itself be attached to
     */
    static Profiler attach(long pid) {
        TargetProcess target = TargetProcess.of(pid);
        Path folder = makeFolder(target);
        Profiler profiler = null;
        try {
            target.linkSocket();
            profiler = new Profiler(target, VirtualMachine.attach(Long.toString(pid)), folder);
            return profiler;
        } catch (AttachNotSupportedException | IOException e) {
            throw new BusException(Reason.SYSTEM, target.toString(), "it does not let itself be attached to ("
                    + BusException.why(e) + ")", "start it without -XX:+DisableAttachMechanism, and check that it is "
                    + "not stopped");
        } catch (NoClassDefFoundError e) {
            throw new BusException(Reason.SYSTEM, target.toString(), "this Java has no attach API (module "
                    + "jdk.attach)", "run tickbus with a whole JDK");
        } finally {
            if (profiler == null) {
                delete(target, folder);
            }
        }
    }

    /** A folder with the library that both processes can use. */
    private static Path makeFolder(TargetProcess target) {
        String architecture = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64";
        String resource = "/linux-" + architecture + "/libasyncProfiler.so";
        IOException failure = new IOException("all are links, or mounted noexec");
        for (Path parent : FOLDERS) {
            if (target.allowsCodeIn(parent)) {
                Path folder = null;
                try (InputStream library = Profiler.class.getResourceAsStream(resource)) {
                    // Of a name that nobody can guess, and its owner's alone.
                    folder = parent.resolve(Files.createTempDirectory(target.outside(parent), "tickbus-profile-")
                            .getFileName());
                    Files.copy(library, target.outside(folder.resolve(LIBRARY)));
                    return folder;
                } catch (IOException e) {
                    failure = e;
                    delete(target, folder);
                }
            }
        }
        throw new BusException(Reason.SYSTEM, target.toString(), "the profiler's library can be put into none of "
                + FOLDERS + " (" + BusException.why(failure) + ")", "mount one of them without "
                + "noexec, with 1 MB of room");
    }

    /** Starts sampling. */
    void start(String event) {
        order("start,event=" + event + ",threads");
    }

    /** Ends sampling and writes the page. */
    void stop(Path page, String title) {
        Path written = folder.resolve(PAGE);
        order("stop,threads,title=" + title + ",file=" + written);
        try (InputStream sampled = open(target.outside(written))) {
            Files.copy(sampled, page, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw BusException.system(page, e, "name a file that can be written with -o");
        }
    }

    private void order(String arguments) {
        Path log = folder.resolve(LOG);
        try {
            machine.loadAgentPath(folder.resolve(LIBRARY).toString(), arguments + ",log=" + log);
        } catch (AgentLoadException | AgentInitializationException | IOException e) {
            throw new BusException(Reason.SYSTEM, target.toString(), "the profiler could not do '"
                    + arguments.substring(0, arguments.indexOf(',')) + "' (" + reason(log, e) + ")",
                    "try --event wall, or see whether another profiler runs in it");
        }
    }

    /** What the profiler has logged, else what the attach API says. */
    private String reason(Path log, Exception e) {
        try (InputStream logged = open(target.outside(log))) {
            String text = new String(logged.readAllBytes(), StandardCharsets.UTF_8).strip();
            return text.isEmpty() ? BusException.why(e) : text.lines().reduce((first, last) -> last).orElse(text);
        } catch (IOException none) {
            return BusException.why(e);
        }
    }

    /** What the process has written, which may be in a container and not trusted: no link, and nothing to wait for. */
    private static InputStream open(Path file) throws IOException {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is missing, or no regular file");
        }
        return Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** Deletes what was made, and nothing else; the folder is null if it was not. */
    private static void delete(TargetProcess target, Path folder) {
        try {
            target.unlinkSocket();
            if (folder != null) {
                for (String name : List.of(LIBRARY, PAGE, LOG)) {
                    Files.deleteIfExists(target.outside(folder.resolve(name)));
                }
                Files.delete(target.outside(folder));
            }
        } catch (IOException e) {
            // The process has ended, and its files with it.
            return;
        }
    }

    @Override
    public void close() {
        try {
            machine.detach();
        } catch (IOException e) {
            // The process has ended.
            return;
        } finally {
            delete(target, folder);
        }
    }
}
