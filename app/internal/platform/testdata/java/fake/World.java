package fake;

import java.util.ArrayList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.List;
import java.util.Map;

/** What the made-up Android consists of. Only the tests know this class. */
public final class World {
	private World() {}

	/** Members that throw when they are called, by "Class.member". */
	public static final Map<String, Throwable> fails = new ConcurrentHashMap<>();
	/** What happens in the middle of a call, once, by "Class.member". */
	public static final Map<String, Runnable> during = new ConcurrentHashMap<>();
	/** Services that there are not, by name. */
	public static final List<String> missing = new ArrayList<>();
	/** All calls since the last reset, in order. */
	public static final List<String> calls = new ArrayList<>();
	/** Locks that are held, by kind. */
	public static final Map<String, Integer> held = new ConcurrentHashMap<>();
	/** The last lock that was made, for the garbage collector to find. */
	public static java.lang.ref.WeakReference<Object> lastLock;
	/** What the wake lock was last acquired for, in ms. */
	public static long wakeFor;

	public static String deviceName = "Kitchen phone";
	public static final Map<String, Object> channels = new ConcurrentHashMap<>();
	/** Notifications on the screen, by tag. */
	public static final Map<String, Object> shown = new ConcurrentHashMap<>();
	/** What was started by startActivity. */
	public static Object started;
	/** Intents of the activity, and at the root of the app's tasks. */
	public static android.content.Intent activityIntent;
	public static final List<android.content.Intent> baseIntents = new ArrayList<>();
	/** Files in Downloads, by their address. */
	public static final Map<String, File> files = new ConcurrentHashMap<>();
	public static final java.util.concurrent.atomic.AtomicInteger nextFile = new java.util.concurrent.atomic.AtomicInteger();

	public static final class File {
		public String name, mediaType;
		public int pending = -1;
		public boolean closed;
		public final java.io.ByteArrayOutputStream data = new java.io.ByteArrayOutputStream();
	}

	public static synchronized void reset() {
		fails.clear();
		during.clear();
		missing.clear();
		calls.clear();
		channels.clear();
		shown.clear();
		baseIntents.clear();
		files.clear();
		started = null;
		activityIntent = null;
		deviceName = "Kitchen phone";
		android.os.Build.VERSION.SDK_INT = 34;
	}

	/** Notes a call, and throws what is wanted. */
	public static synchronized void call(String member) {
		calls.add(member);
		Runnable r = during.remove(member);
		if (r != null) {
			r.run();
		}
		Throwable t = fails.get(member);
		if (t != null) {
			World.<RuntimeException>raise(t);
		}
	}

	@SuppressWarnings("unchecked")
	private static <T extends Throwable> void raise(Throwable t) throws T {
		throw (T) t;
	}

	public static synchronized void hold(String kind, boolean on) {
		held.put(kind, held(kind) + (on ? 1 : -1));
	}

	public static synchronized int held(String kind) {
		return held.getOrDefault(kind, 0);
	}
}
