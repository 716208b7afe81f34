package android.app;

import fake.World;

public class NotificationManager {
	public static final int IMPORTANCE_HIGH = 4;
	public static final int IMPORTANCE_LOW = 2;

	public NotificationManager(World w) {}

	public void createNotificationChannel(NotificationChannel channel) {
		World.call("NotificationManager.createNotificationChannel");
		World.channels.put(channel.id, channel.name + "|" + channel.importance);
	}

	public void notify(String tag, int id, Notification notification) {
		World.call("NotificationManager.notify");
		World.shown.put(tag + "|" + id, notification);
	}

	public void cancel(String tag, int id) {
		World.call("NotificationManager.cancel");
		World.shown.remove(tag + "|" + id);
	}
}
