package android.net.wifi;

import fake.World;

public class WifiManager {
	public static final int WIFI_MODE_FULL_HIGH_PERF = 3;

	public WifiManager(World w) {}

	public MulticastLock createMulticastLock(String tag) {
		World.call("WifiManager.createMulticastLock");
		if (tag.isEmpty()) {
			throw new IllegalArgumentException();
		}
		MulticastLock l = new MulticastLock();
		World.lastLock = new java.lang.ref.WeakReference<>(l);
		return l;
	}

	public WifiLock createWifiLock(int mode, String tag) {
		World.call("WifiManager.createWifiLock");
		if (mode != WIFI_MODE_FULL_HIGH_PERF || tag.isEmpty()) {
			throw new IllegalArgumentException();
		}
		return new WifiLock();
	}

	public class MulticastLock {
		private boolean held, counted = true;

		MulticastLock() {}

		public void setReferenceCounted(boolean on) {
			World.call("MulticastLock.setReferenceCounted");
			counted = on;
		}

		public void acquire() {
			World.call("MulticastLock.acquire");
			if (!held || counted) {
				World.hold("multicast", true);
			}
			held = true;
		}

		public void release() {
			World.call("MulticastLock.release");
			if (held) {
				World.hold("multicast", false);
			}
			held = false;
		}
	}

	public class WifiLock {
		private boolean held, counted = true;

		WifiLock() {}

		public void setReferenceCounted(boolean on) {
			World.call("WifiLock.setReferenceCounted");
			counted = on;
		}

		public void acquire() {
			World.call("WifiLock.acquire");
			if (!held || counted) {
				World.hold("wifi", true);
			}
			held = true;
		}

		public void release() {
			World.call("WifiLock.release");
			if (held) {
				World.hold("wifi", false);
			}
			held = false;
		}
	}
}
