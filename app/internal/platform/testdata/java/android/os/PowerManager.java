package android.os;

import fake.World;

public class PowerManager {
	public static final int PARTIAL_WAKE_LOCK = 1;

	public PowerManager(World w) {}

	public WakeLock newWakeLock(int mode, String tag) {
		World.call("PowerManager.newWakeLock");
		if (mode != PARTIAL_WAKE_LOCK || tag.isEmpty()) {
			throw new IllegalArgumentException();
		}
		WakeLock l = new WakeLock();
		World.lastLock = new java.lang.ref.WeakReference<>(l);
		return l;
	}

	public final class WakeLock {
		private boolean held, counted = true;

		WakeLock() {}

		public void setReferenceCounted(boolean on) {
			World.call("WakeLock.setReferenceCounted");
			counted = on;
		}

		public void acquire(long ms) {
			World.call("WakeLock.acquire");
			World.wakeFor = ms;
			if (!held || counted) {
				World.hold("wake", true);
			}
			held = true;
		}

		public void release() {
			World.call("WakeLock.release");
			if (held) {
				World.hold("wake", false);
			}
			held = false;
		}
	}
}
