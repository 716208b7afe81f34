package android.app;

import fake.World;

public final class NotificationChannel {
	final String id;
	final CharSequence name;
	final int importance;

	public NotificationChannel(String id, CharSequence name, int importance) {
		World.call("NotificationChannel");
		this.id = id;
		this.name = name;
		this.importance = importance;
	}
}
