package android;

public final class R {
	R() {}

	public static final class drawable {
		drawable() {}

		public static final int stat_notify_chat = 17301623;
	}
}
