import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerError;
import io.netty.channel.Channel;
import java.nio.ByteBuffer;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.ObjectDataType;

/**
 * mongo-java-server for tests: wire version 13, atomic durable writes, ordered updates. Ends, and takes its working
 * folder along, when stdin closes: whoever started it is gone. Args: port, file or "memory".
 */
public class MongoTestServer {
  static final Set<String> WRITES = Set.of("insert", "update", "delete", "findandmodify", "createindexes", "dropindexes", "create", "drop", "dropdatabase", "renamecollection", "aggregate");

  static final class Backend extends H2Backend {
    final boolean durable;
    Backend(MVStore store, boolean durable) { super(store); this.durable = durable; }

    /** a map that is open keeps its key type, whoever opens it next: the library would compare keys in serialised form */
    @Override protected MongoDatabase openOrCreateDatabase(String name) {
      MVStore store = getMvStore();
      return new H2Database(name, store, getCursorRegistry()) {
        @Override protected Index<Object> openOrCreateUniqueIndex(String coll, String index, List<IndexKey> keys, boolean sparse) {
          store.openMap(getFullCollectionNamespace(coll) + "._index_" + index, new MVMap.Builder<KeyValue, Object>().keyType(new KeyType()));
          return super.openOrCreateUniqueIndex(coll, index, keys, sparse);
        }
      };
    }

    @Override public Document handleCommand(Channel ch, String db, String command, Document q) {
      String c = command.toLowerCase(Locale.ROOT);
      if (c.equals("hello") || c.equals("ismaster")) {
        Document r = super.handleCommand(ch, db, "isMaster", q);
        r.append("isWritablePrimary", true).append("logicalSessionTimeoutMinutes", 30);
        if (Boolean.TRUE.equals(q.get("helloOk"))) r.append("helloOk", true);
        return r;
      }
      if (c.equals("endsessions") || c.equals("refreshsessions")) return new Document("ok", 1.0);
      if (q.containsKey("autocommit") || q.containsKey("startTransaction"))
        throw new MongoServerError(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
      if (q.get("writeConcern") instanceof Document wc && wc.get("w") instanceof Number w && w.intValue() > 1)
        throw new MongoServerError(2, "BadValue", "cannot use 'w' > 1 when a host is not replicated");
      if (c.equals("aggregate") && q.get("pipeline") instanceof List<?> p && !p.isEmpty() && p.get(0) instanceof Document d && d.containsKey("$changeStream"))
        throw new MongoServerError(40573, "Location40573", "The $changeStream stage is only supported on replica sets");
      synchronized (this) { // one command at a time, and a deep copy of the reply: the library hands out its live documents
        boolean w = WRITES.contains(c);
        try { return (w ? write(ch, db, command, c, q) : super.handleCommand(ch, db, command, q)).cloneDeeply(); } finally { if (w && durable) commit(); }
      }
    }

    Document write(Channel ch, String db, String command, String c, Document q) {
      if (c.equals("createindexes"))
        for (Object o : (Collection<?>) q.get("indexes")) {
          Document ix = (Document) o;
          if (Boolean.TRUE.equals(ix.get("unique")) && ix.containsKey("partialFilterExpression"))
            throw new MongoServerError(238, "NotImplemented", "this test server ignores partialFilterExpression of a unique index");
        }
      if (c.equals("dropdatabase") && hasLongerNamesake(ch, db)) return dropCollections(ch, db);
      if (c.equals("update") && ((Collection<?>) q.get("updates")).size() > 1) return updates(ch, db, command, q);
      Document r = super.handleCommand(ch, db, command, q);
      if (c.equals("insert") && r.get("writeErrors") instanceof Collection<?> errs && !errs.isEmpty()) {
        int total = ((Collection<?>) q.get("documents")).size();
        r.put("n", Boolean.FALSE.equals(q.get("ordered")) ? total - errs.size() : ((Number) ((Document) errs.iterator().next()).get("index")).intValue());
      }
      return keyed(ch, db, q.get(command), r);
    }

    /** the library drops the data of every database whose name starts with this one's */
    boolean hasLongerNamesake(Channel ch, String db) {
      Document all = super.handleCommand(ch, "admin", "listDatabases", new Document("listDatabases", 1).append("$db", "admin"));
      for (Object o : (Collection<?>) all.get("databases")) {
        String name = String.valueOf(((Document) o).get("name"));
        if (name.startsWith(db) && !name.equals(db)) return true;
      }
      return false;
    }

    Document dropCollections(Channel ch, String db) {
      Document l = super.handleCommand(ch, db, "listCollections", new Document("listCollections", 1).append("$db", db));
      for (Object o : List.copyOf((Collection<?>) ((Document) l.get("cursor")).get("firstBatch"))) {
        Object name = ((Document) o).get("name");
        super.handleCommand(ch, db, "drop", new Document("drop", name).append("$db", db));
      }
      return new Document("dropped", db).append("ok", 1.0);
    }

    Document updates(Channel ch, String db, String command, Document q) {
      boolean ordered = !Boolean.FALSE.equals(q.get("ordered"));
      int n = 0, modified = 0, i = -1;
      List<Document> upserted = new ArrayList<>(), errors = new ArrayList<>();
      for (Object u : (Collection<?>) q.get("updates")) {
        i++;
        Document one = new Document(q);
        one.put("updates", List.of(u));
        Document r = super.handleCommand(ch, db, command, one);
        if (r.get("n") instanceof Number x) n += x.intValue();
        if (r.get("nModified") instanceof Number x) modified += x.intValue();
        if (r.get("upserted") instanceof Collection<?> l) for (Object o : l) { Document d = new Document((Document) o); d.put("index", i); upserted.add(d); }
        if (r.get("writeErrors") instanceof Collection<?> l && !l.isEmpty()) {
          for (Object o : l) { Document d = new Document((Document) o); d.put("index", i); errors.add(d); }
          if (ordered) break;
        }
      }
      Document r = new Document("n", n).append("nModified", modified);
      if (!upserted.isEmpty()) r.append("upserted", upserted);
      if (!errors.isEmpty()) r.append("writeErrors", errors);
      return keyed(ch, db, q.get(command), r.append("ok", 1.0));
    }

    static final Pattern INDEX = Pattern.compile(" index: (\\S+) dup key");
    /** real servers add keyPattern to a duplicate-key write error */
    Document keyed(Channel ch, String db, Object coll, Document r) {
      if (r.get("writeErrors") instanceof Collection<?> errs)
        for (Object o : errs) {
          Document e = (Document) o;
          Matcher m = INDEX.matcher(String.valueOf(e.get("errmsg")));
          if (!m.find()) continue;
          Document l = super.handleCommand(ch, db, "listIndexes", new Document("listIndexes", coll).append("$db", db));
          for (Object x : (Collection<?>) ((Document) l.get("cursor")).get("firstBatch"))
            if (m.group(1).equals(((Document) x).get("name"))) e.put("keyPattern", ((Document) x).get("key"));
        }
      return r;
    }
  }

  /** keys of unique indexes: by class, then by value, and in serialised form only where a value has no order of its own */
  static final class KeyType extends BasicDataType<KeyValue> {
    final ObjectDataType values = new ObjectDataType();

    @Override public int compare(KeyValue a, KeyValue b) {
      int sizes = Integer.compare(a.size(), b.size());
      for (int i = 0; sizes == 0 && i < a.size(); i++) {
        int order = order(a.get(i), b.get(i));
        if (order != 0) return order;
      }
      return sizes;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    int order(Object a, Object b) {
      if (a == b) return 0;
      if (a == null || b == null) return a == null ? -1 : 1;
      if (a.getClass() != b.getClass()) return a.getClass().getName().compareTo(b.getClass().getName());
      return a instanceof Comparable c ? c.compareTo(b) : values.compare(a, b);
    }

    @Override public int getMemory(KeyValue key) {
      int sum = 64;
      for (Object value : key) sum += value == null ? 8 : values.getMemory(value);
      return sum;
    }

    @Override public void write(WriteBuffer buffer, KeyValue key) {
      buffer.putVarInt(key.size());
      for (Object value : key) {
        buffer.put((byte) (value == null ? 0 : 1));
        if (value != null) values.write(buffer, value);
      }
    }

    @Override public KeyValue read(ByteBuffer buffer) {
      Object[] all = new Object[DataUtils.readVarInt(buffer)];
      for (int i = 0; i < all.length; i++) all[i] = buffer.get() == 0 ? null : values.read(buffer);
      return new KeyValue(all);
    }

    @Override public KeyValue[] createStorage(int size) { return new KeyValue[size]; }
  }

  public static void main(String[] a) throws Exception {
    boolean memory = a[1].equals("memory");
    MVStore.Builder mv = new MVStore.Builder();
    if (!memory) mv.fileName(a[1]);
    MVStore store = mv.autoCommitDisabled().open();
    Backend b = new Backend(store, !memory);
    b.version(new MongoVersion() {
      public List<Integer> getVersionArray() { return List.of(5, 0, 0, 0); }
      public String toVersionString() { return "5.0.0"; }
      public int getWireVersion() { return 13; }
    });
    MongoServer s = new MongoServer(b);
    s.bind("127.0.0.1", Integer.parseInt(a[0]));
    System.out.println("mongodb://127.0.0.1:" + s.getLocalAddress().getPort() + "/");
    Runtime.getRuntime().addShutdownHook(new Thread(s::shutdownNow));
    while (System.in.read() >= 0) { }
    s.shutdownNow();
    try (var files = Files.walk(Path.of("").toAbsolutePath())) { files.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete()); }
    Runtime.getRuntime().halt(0);
  }
}
