import java.nio.file.*;
import java.util.Comparator;

/**
 * kafka.Kafka that formats its own storage in the same JVM. Ends, and takes its working folder along, when stdin
 * closes: whoever started it is gone. Args: server.properties, cluster id.
 */
public class KafkaTestServer {
  public static void main(String[] a) throws Exception {
    kafka.tools.StorageTool.execute(new String[] {"format", "-t", a[1], "-c", a[0], "--ignore-formatted"}, System.out);
    Thread watch = new Thread(() -> {
      try {
        while (System.in.read() >= 0) { }
        try (var files = Files.walk(Path.of("").toAbsolutePath())) { files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete()); }
      } catch (java.io.IOException | java.io.UncheckedIOException e) {
        System.out.println("left behind: " + e);
      }
      Runtime.getRuntime().halt(1);
    }, "parent-watch");
    watch.setDaemon(true);
    watch.start();
    kafka.Kafka.main(new String[] {a[0]});
  }
}
