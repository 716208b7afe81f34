import android.app.Activity;
import fake.World;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The toolkit deletes its reference to the activity while package platform works. */
final class Activities extends Harness {
	private Activities() {}

	/** Another activity takes the place of the one that the work began with. */
	static native void front(Object context);

	/** Whether that happens before each work can look at its activity. */
	static native void late(boolean on);

	/** What must come before any work has found the application. */
	static void first() {
		test("the first work needs an activity", () -> same("error other there is no activity", askWith(null, "name")));
		test("no application", () -> {
			World.fails.put("Context.getApplicationContext", new IllegalStateException("early"));
			same("error other Context.getApplicationContext: java.lang.IllegalStateException: early", ask("name"));
		});
		test("a new activity in the first work", () -> {
			newActivityIn("Context.getApplicationContext");
			same("ok ", ask("notify", "messages", "peer", "Ann", "hi"));
			same(true, World.during.isEmpty());
			same("messages|Ann|hi|17301623|true", see("peer"));
		});
		test("the application is asked for once", () -> {
			same("ok ", ask("notify", "messages", "peer", "Ann", "hi"));
			same("ok ", ask("share", "x"));
			same(false, World.calls.contains("Context.getApplicationContext"));
		});
	}

	/** Everything goes on while the toolkit deletes its reference to the activity. */
	static void all() {
		Map<String, String[]> work = new LinkedHashMap<>(kinds());
		work.put("name", new String[] {"name"});
		work.put("opened", new String[] {"opened"});
		work.put("links", new String[] {"links"});
		for (Map.Entry<String, String[]> w : work.entrySet()) {
			String name = w.getKey();
			test("a new activity in the middle: " + name, () -> {
				String want = answer(w.getValue());
				Set<String> members = new LinkedHashSet<>(World.calls);
				same(true, !members.isEmpty());
				for (String m : members) {
					World.reset();
					newActivityIn(m);
					same(m + ": " + want, m + ": " + answer(w.getValue()));
					same(true, World.during.isEmpty());
				}
			});
			if (name.equals("share") || name.equals("opened") || name.equals("links")) {
				test("not without an activity: " + name, () -> same("error other there is no activity", askWith(null, w.getValue())));
				continue;
			}
			test("no look at the activity: " + name, () -> {
				String want = answer(w.getValue());
				late(true);
				String got = answer(w.getValue());
				late(false);
				same(want, got);
				same(want, askWith(null, w.getValue()));
				letGo();
			});
		}
		test("an old activity is garbage", () -> {
			Activity old = new Activity((World) null);
			WeakReference<Activity> seen = new WeakReference<>(old);
			newActivityIn("Intent.createChooser");
			same("ok ", askWith(old, "share", "x"));
			same("ok ", askWith(old, "opened"));
			old = null;
			gc();
			same(true, seen.get() == null);
		});
	}

	/** Pieces of work, by name. */
	static Map<String, String[]> kinds() {
		Map<String, String[]> work = new LinkedHashMap<>();
		work.put("multicast", new String[] {"multicast"});
		work.put("awake", new String[] {"awake", "1m"});
		work.put("channel", new String[] {"channel", "m", "M"});
		work.put("notify", new String[] {"notify", "m", "c", "t", "x"});
		work.put("dismiss", new String[] {"dismiss", "c"});
		work.put("save", new String[] {"save", "n", "text/plain", "text"});
		work.put("share", new String[] {"share", "x"});
		return work;
	}

	/** Does it, and lets go of the locks. */
	static String answer(String... words) {
		World.activityIntent = intent(OPEN + "T" + ++taps + "/peer");
		String answer = ask(words);
		letGo();
		return answer;
	}

	static int taps = 100;

	static void letGo() {
		Set<String> calls = new LinkedHashSet<>(World.calls);
		ask("no multicast");
		ask("no awake");
		free();
		World.calls.clear();
		World.calls.addAll(calls);
	}

	/** Lets another thread bring a new activity to the front while the member is called. */
	static void newActivityIn(String member) {
		World.during.put(member, () -> {
			Thread t = new Thread(() -> front(new Activity((World) null)));
			t.start();
			try {
				t.join();
			} catch (InterruptedException e) {
				throw new IllegalStateException(e);
			}
		});
	}
}
