import static java.nio.charset.StandardCharsets.UTF_8;

import android.app.Activity;
import android.app.Notification;
import android.content.Intent;
import android.os.Build;
import fake.World;
import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** Uses package platform in every way, against the made-up Android. One line for each test. */
public class Harness {
	static native byte[] go(Object context, byte[] request);

	static final Activity activity = new Activity((World) null);
	static final String OPEN = "app.earshot.messenger.OPEN.";
	static int failures;

	public static void main(String[] args) {
		System.load(args[0]);
		Activities.first();
		locks();
		awake();
		names();
		notifications();
		opened();
		links();
		downloads();
		share();
		oldPhones();
		everyException();
		Activities.all();
		test("a storm", () -> {
			same("ok ", ask("storm"));
			same("ok ", ask("no multicast"));
			same("ok ", ask("no awake"));
			free();
		});
		test("close", () -> {
			ask("multicast");
			ask("awake", "1m");
			same("ok ", ask("close"));
			free();
			same("error other platform: already closed", ask("multicast"));
			same("error other platform: already closed", ask("awake", "1m"));
			same("ok ", ask("close"));
			ask("new");
		});
		System.out.println(failures == 0 ? "PASS" : failures + " FAILED");
		System.exit(failures == 0 ? 0 : 1);
	}

	static void locks() {
		test("multicast lock", () -> {
			same("ok ", ask("multicast"));
			held(1, 0, 0);
			World.calls.clear();
			same("ok ", ask("multicast"));
			same("[]", World.calls.toString());
			gc();
			same("ok ", ask("no multicast"));
			free();
			same("ok ", ask("no multicast"));
			free();
		});
		test("multicast lock again", () -> {
			same("ok ", ask("multicast"));
			held(1, 0, 0);
			same("ok ", ask("no multicast"));
			free();
		});
		test("a released lock is garbage", () -> {
			ask("multicast");
			gc();
			same(true, World.lastLock.get() != null);
			ask("no multicast");
			gc();
			same(true, World.lastLock.get() == null);
		});
		test("no Wi-Fi service", () -> {
			World.missing.add("wifi");
			same("error unsupported this phone has no such service: WIFI_SERVICE: unsupported operation", ask("multicast"));
			free();
			same("ok ", ask("no multicast"));
		});
		test("no permission", () -> {
			World.fails.put("MulticastLock.acquire", new SecurityException("neither user 10123 nor current process has CHANGE_WIFI_MULTICAST_STATE"));
			same("error denied MulticastLock.acquire: java.lang.SecurityException: neither user 10123 nor current process has CHANGE_WIFI_MULTICAST_STATE", ask("multicast"));
			free();
			World.fails.clear();
			same("ok ", ask("multicast"));
			same("ok ", ask("no multicast"));
		});
		test("a release that fails lets go", () -> {
			ask("multicast");
			World.fails.put("MulticastLock.release", new RuntimeException("under-locked \u00e4\ud83d\ude00\0"));
			same("error other MulticastLock.release: java.lang.RuntimeException: under-locked \u00e4\ud83d\ude00\0", ask("no multicast"));
			same("ok ", ask("no multicast"));
			World.held.clear();
		});
		test("an exception that cannot be told", () -> {
			World.fails.put("MulticastLock.acquire", new RuntimeException() {
				@Override
				public String toString() {
					throw new IllegalStateException("twice");
				}
			});
			same("error other MulticastLock.acquire: an exception without a text", ask("multicast"));
			World.fails.put("MulticastLock.acquire", new RuntimeException() {
				@Override
				public String toString() {
					return null;
				}
			});
			same("error other MulticastLock.acquire: an exception without a text", ask("multicast"));
			free();
		});
	}

	static void awake() {
		test("awake", () -> {
			same("ok ", ask("awake", "90s"));
			held(0, 1, 1);
			same(90000L, World.wakeFor);
			gc();
			same("ok ", ask("awake", "1m"));
			held(0, 1, 1);
			same(60000L, World.wakeFor);
			same("ok ", ask("no awake"));
			free();
			same("ok ", ask("no awake"));
		});
		test("awake ends by itself", () -> {
			same("ok ", ask("awake", "20ms"));
			for (long end = System.nanoTime() + 10_000_000_000L; World.held("wifi") > 0 && System.nanoTime() < end;) {
				Thread.onSpinWait();
			}
			// The answer comes after the release: both take the same lock.
			same("ok ", ask("no awake"));
			free();
		});
		test("awake for too long", () -> {
			same("error other platform: awake for 11m0s: not between 0 and 10m0s", ask("awake", "11m"));
			same("error other platform: awake for 0s: not between 0 and 10m0s", ask("awake", "0s"));
			free();
		});
		test("awake by halves", () -> {
			World.fails.put("WifiLock.acquire", new SecurityException("WAKE_LOCK"));
			same("error denied WifiLock.acquire: java.lang.SecurityException: WAKE_LOCK", ask("awake", "1m"));
			free();
			World.fails.clear();
			World.missing.add("power");
			same("error unsupported this phone has no such service: POWER_SERVICE: unsupported operation", ask("awake", "1m"));
			free();
		});
	}

	static void names() {
		test("name", () -> {
			same("ok Kitchen phone", ask("name"));
			World.deviceName = "\u00c4\u6f22\ud83d\ude00\0|\ud83d"; // with half a character
			same("ok \u00c4\u6f22\ud83d\ude00\0|\ufffd", ask("name"));
		});
		test("no name but a model", () -> {
			for (String none : new String[] {null, ""}) {
				World.deviceName = none;
				same("ok Model \u00e4", ask("name"));
			}
			World.deviceName = "x";
			World.fails.put("Global.getString", new SecurityException("not for you"));
			same("ok Model \u00e4", ask("name"));
		});
		test("a name without end", () -> {
			World.deviceName = "n".repeat(1_000_000);
			same("ok " + "n".repeat(4096), ask("name"));
		});
	}

	static void notifications() {
		test("channel", () -> {
			same("ok ", ask("channel", "messages", "Messages \ud83d\ude00"));
			same("{messages=Messages \ud83d\ude00|4}", World.channels.toString());
			World.channels.clear();
			same("ok ", ask("quiet channel", "requests", "Requests"));
			same("{requests=Requests|2}", World.channels.toString());
		});
		test("notification", () -> {
			same("ok ", ask("notify", "messages", "peer-1", "Ann", "hello"));
			same("messages|Ann|hello|17301623|true", see("peer-1"));
			Notification n = (Notification) World.shown.get("peer-1|1");
			String intent = n.tap(null).intent(null).see(null);
			same(true, intent.startsWith(OPEN) && intent.endsWith("/peer-1|null|{}|app.earshot.messenger"));
			same((1 << 30) | (1 << 26), n.tap(null).flags(null));
			// The next one of the conversation takes its place, but not its tap.
			same("ok ", ask("notify", "messages", "peer-1", "Ann", "again"));
			same(1, World.shown.size());
			same(false, ((Notification) World.shown.get("peer-1|1")).tap(null).intent(null).see(null).equals(intent));
			same("ok ", ask("notify", "messages", "peer-2", "Bob", "hi"));
			same(2, World.shown.size());
			same("ok ", ask("dismiss", "peer-1"));
			same("[peer-2|1]", World.shown.keySet().toString());
			same("ok ", ask("dismiss", "nobody"));
		});
		test("notification of several", () -> {
			same("ok ", ask("notify count", "requests", "requests", "Earshot", "some ask", "12"));
			same("requests|Earshot|some ask|17301623|true|12", see("requests"));
		});
		test("texts of peers", () -> {
			for (String text : new String[] {"", "\0", "a\0b", "\u00e4\u6f22\u0928\u093f", "\ud83d\ude00 \ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67", "\u202eevil"}) {
				same("ok ", ask("notify", "messages", "p", text, text));
				same("messages|" + text + "|" + text + "|17301623|true", see("p"));
			}
		});
		test("texts that are not UTF-8", () -> {
			byte[][] wrong = {{(byte) 0xff}, {(byte) 0xc0, (byte) 0x80}, {(byte) 0xed, (byte) 0xa0, (byte) 0xbd}, {'a', (byte) 0xf0, (byte) 0x9f}};
			String[] want = {"\ufffd", "\ufffd\ufffd", "\ufffd\ufffd\ufffd", "a\ufffd\ufffd"};
			for (int i = 0; i < wrong.length; i++) {
				same("ok ", askBytes(activity, bytes("notify"), bytes("messages"), bytes("p"), bytes("t"), wrong[i]));
				same("messages|t|" + want[i] + "|17301623|true", see("p"));
			}
		});
		test("long texts are cut", () -> {
			same("ok ", ask("notify", "messages", "p", "\u00e4".repeat(300), "\ud83d\ude00".repeat(5000)));
			same("messages|" + "\u00e4".repeat(98) + "\u2026|" + "\ud83d\ude00".repeat(249) + "\u2026|17301623|true", see("p"));
		});
		test("notification without a conversation", () -> {
			same("error other platform: a conversation of 0 bytes", ask("notify", "messages", "", "t", "x"));
			same("error other platform: a conversation of 129 bytes", ask("notify", "messages", "c".repeat(129), "t", "x"));
			same("ok ", ask("notify", "messages", "c".repeat(128), "t", "x"));
		});
		test("no launch intent", () -> {
			World.missing.add("launch intent");
			same("error other PackageManager.getLaunchIntentForPackage: there is none", ask("notify", "m", "c", "t", "x"));
		});
		test("no notification service", () -> {
			World.missing.add("notification");
			same("error unsupported this phone has no such service: NOTIFICATION_SERVICE: unsupported operation", ask("notify", "m", "c", "t", "x"));
			same("error unsupported this phone has no such service: NOTIFICATION_SERVICE: unsupported operation", ask("channel", "m", "c"));
			same("error unsupported this phone has no such service: NOTIFICATION_SERVICE: unsupported operation", ask("dismiss", "c"));
		});
	}

	static void opened() {
		test("started by the launcher", () -> {
			World.activityIntent = intent("android.intent.action.MAIN");
			World.baseIntents.add(World.activityIntent);
			same("ok ", ask("opened"));
			World.activityIntent = intent(null);
			World.baseIntents.set(0, null);
			same("ok ", ask("opened"));
			World.activityIntent = null;
			same("ok ", ask("opened"));
		});
		test("started by a tap", () -> {
			same("ok ", ask("notify", "m", "peer/1 \ud83d\ude00", "t", "x"));
			World.activityIntent = ((Notification) World.shown.get("peer/1 \ud83d\ude00|1")).tap(null).intent(null);
			World.baseIntents.add(World.activityIntent);
			same("ok peer/1 \ud83d\ude00", ask("opened"));
			same("ok ", ask("opened"));
		});
		test("a tap while it runs", () -> {
			World.activityIntent = intent("android.intent.action.MAIN");
			World.baseIntents.add(intent(OPEN + "T1/peer-1"));
			same("ok peer-1", ask("opened"));
			same("ok ", ask("opened"));
			World.baseIntents.set(0, intent(OPEN + "T2/peer-1"));
			same("ok peer-1", ask("opened"));
		});
		test("the newest tap counts", () -> {
			World.activityIntent = intent(OPEN + "T3/old");
			World.baseIntents.add(intent(OPEN + "T4/new"));
			same("ok new", ask("opened"));
			same("ok ", ask("opened"));
		});
		test("one way fails", () -> {
			World.activityIntent = intent(OPEN + "T5/peer");
			World.missing.add("activity");
			same("ok peer", ask("opened"));
			World.missing.clear();
			World.activityIntent = intent(OPEN + "T6/peer");
			World.fails.put("ActivityManager.getAppTasks", new SecurityException("no"));
			same("error denied ActivityManager.getAppTasks: java.lang.SecurityException: no", ask("opened"));
		});
		test("strange intents", () -> {
			for (String action : new String[] {"", OPEN, OPEN + "T", OPEN + "/x", OPEN + "T/", "x" + OPEN + "T/y", OPEN + "T/" + "y".repeat(1000), "\0"}) {
				World.activityIntent = intent(action);
				same("ok ", ask("opened"));
			}
		});
		test("many tasks", () -> {
			for (int i = 0; i < 100; i++) {
				World.baseIntents.add(intent("other"));
			}
			same("ok ", ask("opened"));
		});
	}

	static final String VIEW = "android.intent.action.VIEW";
	static final String LINK = "earshot://pair/1/A/B/4711/192.0.2.1";

	static Intent view(String data) {
		return new Intent((World) null, VIEW, data);
	}

	static void links() {
		test("no link", () -> {
			same("ok ", ask("links"));
			World.activityIntent = intent("android.intent.action.MAIN");
			World.baseIntents.add(World.activityIntent);
			same("ok ", ask("links"));
			World.baseIntents.set(0, null);
			same("ok ", ask("links"));
		});
		test("started by a link", () -> {
			World.activityIntent = view(LINK);
			World.baseIntents.add(view(LINK));
			same("ok " + LINK + " " + LINK, ask("links"));
			same("ok " + LINK + " " + LINK, ask("links"));
			same("ok ", ask("opened"));
		});
		test("a link while it runs", () -> {
			World.activityIntent = intent(OPEN + "T20/peer");
			World.baseIntents.add(view(LINK));
			same("ok " + LINK, ask("links"));
			same("ok peer", ask("opened"));
			World.activityIntent = view("EARSHOT://PAIR/1/old");
			same("ok " + LINK + " EARSHOT://PAIR/1/old", ask("links"));
		});
		test("addresses of others", () -> {
			for (String data : new String[] {"", "earshot", "earshot:", "earshot://", "earshots://x", "https://earshot/", " " + LINK, "\0"}) {
				World.activityIntent = view(data);
				same("ok ", ask("links"));
			}
		});
		test("a link without end", () -> {
			World.activityIntent = view(LINK + "\ud83d\ude00" + "x".repeat(1_000_000));
			same(("ok " + LINK + "\ud83d\ude00" + "x".repeat(1_000_000)).substring(0, 4096 + 3), ask("links"));
		});
		test("one way to a link fails", () -> {
			World.activityIntent = view(LINK);
			World.missing.add("activity");
			same("ok " + LINK, ask("links"));
			World.missing.clear();
			World.fails.put("ActivityManager.getAppTasks", new SecurityException("no"));
			same("error denied ActivityManager.getAppTasks: java.lang.SecurityException: no", ask("links"));
		});
	}

	static void downloads() {
		test("save", () -> {
			String text = "\u00c4 \ud83d\ude00\0 end";
			same("ok ", ask("save", "\u00c4\ud83d\ude00.txt", "text/plain", text));
			World.File f = onlyFile();
			same("\u00c4\ud83d\ude00.txt|text/plain|0|true", f.name + "|" + f.mediaType + "|" + f.pending + "|" + f.closed);
			same(text, new String(f.data.toByteArray(), UTF_8));
			World.files.clear();
			same("ok ", ask("save", "empty", "text/plain", ""));
			same(0, onlyFile().data.size());
		});
		test("save in chunks", () -> {
			for (int size : new int[] {1, 65535, 65536, 65537, 10_000_000}) {
				World.files.clear();
				World.calls.clear();
				same("ok ", ask("save many", "big", "x/y", "" + size));
				byte[] got = onlyFile().data.toByteArray();
				same(size, got.length);
				for (byte b : got) {
					if (b != 7) {
						throw new AssertionError("a wrong byte");
					}
				}
			}
			same(true, World.calls.stream().filter("OutputStream.write"::equals).count() > 100);
		});
		test("save what cannot be read", () -> {
			same("error other the source broke", ask("save broken", "n", "text/plain", "half"));
			same(0, World.files.size());
		});
		test("save on a full disk", () -> {
			for (String where : new String[] {"OutputStream.write", "OutputStream.close"}) {
				World.fails.put(where, new java.io.IOException("No space left on device"));
				same("error other " + where + ": java.io.IOException: No space left on device", ask("save", "n", "text/plain", "text"));
				same(0, World.files.size());
				World.fails.clear();
			}
		});
		test("save is refused", () -> {
			World.missing.add("insert");
			same("error other ContentResolver.insert: there is none", ask("save", "n", "text/plain", "text"));
			World.missing.clear();
			World.missing.add("stream");
			same("error other ContentResolver.openOutputStream: there is none", ask("save", "n", "text/plain", "text"));
			same(0, World.files.size());
			World.missing.clear();
			World.fails.put("ContentResolver.openOutputStream", new java.io.FileNotFoundException("x"));
			World.fails.put("ContentResolver.delete", new IllegalStateException("y"));
			same("error other ContentResolver.openOutputStream: java.io.FileNotFoundException: x\nContentResolver.delete: java.lang.IllegalStateException: y", ask("save", "n", "text/plain", "text"));
		});
		test("save and find it gone", () -> {
			World.missing.add("row");
			same("error other the file has gone while it was written", ask("save", "n", "text/plain", "text"));
			same(0, World.files.size());
		});
	}

	static void share() {
		test("share", () -> {
			same("ok ", ask("share", "\u00c4\ud83d\ude00\0 text"));
			same("android.intent.action.CHOOSER|null|{}|null|android.intent.action.SEND|text/plain|{android.intent.extra.TEXT=\u00c4\ud83d\ude00\0 text}|null", ((Intent) World.started).see(null));
			same("error other the text is too long to be handed to another app", ask("share long"));
		});
		test("share with nobody", () -> {
			World.fails.put("Context.startActivity", new RuntimeException("ActivityNotFoundException"));
			same("error other Context.startActivity: java.lang.RuntimeException: ActivityNotFoundException", ask("share", "x"));
		});
	}

	static void oldPhones() {
		test("Android 5", () -> {
			Build.VERSION.SDK_INT = 21;
			same("ok Model \u00e4", ask("name"));
			same("ok ", ask("channel", "messages", "Messages"));
			same("{}", World.channels.toString());
			same("ok ", ask("notify", "messages", "p", "Ann", "hi"));
			same("null|Ann|hi|17301623|true", see("p"));
			same(1 << 30, ((Notification) World.shown.get("p|1")).tap(null).flags(null));
			same("error unsupported Downloads.EXTERNAL_CONTENT_URI needs API level 29, this is 21: unsupported operation", ask("save", "n", "text/plain", "text"));
			same("ok ", ask("multicast"));
			same("ok ", ask("no multicast"));
		});
		test("Android 4.4 has no list of tasks", () -> {
			Build.VERSION.SDK_INT = 19;
			World.activityIntent = intent(OPEN + "T7/peer");
			same("ok peer", ask("opened"));
			World.activityIntent = view(LINK);
			same("ok " + LINK, ask("links"));
		});
		test("Android 7", () -> {
			Build.VERSION.SDK_INT = 25;
			same("ok Kitchen phone", ask("name"));
			same("ok ", ask("notify", "messages", "p", "Ann", "hi"));
			same("null|Ann|hi|17301623|true", see("p"));
		});
	}

	/** Lets each call of each piece of work throw, alone, and looks that it is told and does no harm. */
	static void everyException() {
		Map<String, String[]> work = Activities.kinds();
		for (Map.Entry<String, String[]> w : work.entrySet()) {
			test("every exception: " + w.getKey(), () -> {
				same("ok ", ask(w.getValue()));
				Set<String> members = new LinkedHashSet<>(World.calls);
				same(true, members.size() > 1);
				ask("no multicast");
				ask("no awake");
				for (String m : members) {
					World.reset();
					World.fails.put(m, new Error("it is " + m));
					String answer = ask(w.getValue());
					String member = m.split(" ")[0];
					same("error other " + member + ": java.lang.Error: it is " + m, answer.split("\n")[0]);
					free();
					same(0, World.files.size());
					same(0, World.shown.size());
				}
				World.reset();
				same("ok ", ask(w.getValue()));
				ask("no multicast");
				ask("no awake");
				free();
			});
		}
	}

	interface Body {
		void run() throws Exception;
	}

	static void test(String name, Body body) {
		World.reset();
		try {
			body.run();
			System.out.println("ok " + name);
		} catch (Throwable t) {
			failures++;
			StackTraceElement at = null;
			for (StackTraceElement e : t.getStackTrace()) {
				if (e.getClassName().matches("Harness|Activities") && !e.getMethodName().equals("same")) {
					at = e;
					break;
				}
			}
			System.out.println("FAIL " + name + ": " + (at == null ? "" : at.getFileName() + ":" + at.getLineNumber() + ": ") + escape(t.toString()));
		}
	}

	static void same(Object want, Object got) {
		if (!want.equals(got)) {
			throw new AssertionError("got " + got + ", want " + want);
		}
	}

	static void held(int multicast, int wifi, int wake) {
		same(multicast + " " + wifi + " " + wake, World.held("multicast") + " " + World.held("wifi") + " " + World.held("wake"));
	}

	static void free() {
		held(0, 0, 0);
	}

	static String see(String conversation) {
		return ((Notification) World.shown.get(conversation + "|1")).see(null);
	}

	static World.File onlyFile() {
		same(1, World.files.size());
		return World.files.values().iterator().next();
	}

	static Intent intent(String action) {
		return new Intent((World) null, action);
	}

	static void gc() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
	}

	static byte[] bytes(String s) {
		return s.getBytes(UTF_8);
	}

	static String ask(String... words) {
		return askWith(activity, words);
	}

	static String askWith(Object context, String... words) {
		byte[][] b = new byte[words.length][];
		for (int i = 0; i < words.length; i++) {
			b[i] = bytes(words[i]);
		}
		return askBytes(context, b);
	}

	static String askBytes(Object context, byte[]... words) {
		ByteArrayOutputStream request = new ByteArrayOutputStream();
		for (int i = 0; i < words.length; i++) {
			if (i > 0) {
				request.write(0x1f);
			}
			request.write(words[i], 0, words[i].length);
		}
		return new String(go(context, request.toByteArray()), UTF_8);
	}

	static String escape(String s) {
		StringBuilder b = new StringBuilder();
		for (char c : (s.length() > 500 ? s.substring(0, 500) : s).toCharArray()) {
			b.append(c < 32 || c > 126 ? String.format("\\u%04x", (int) c) : String.valueOf(c));
		}
		return b.toString();
	}
}
