package android.content;

import fake.World;

public class Context {
	public static final String WIFI_SERVICE = "wifi";
	public static final String POWER_SERVICE = "power";
	public static final String NOTIFICATION_SERVICE = "notification";
	public static final String ACTIVITY_SERVICE = "activity";

	Context() {}

	protected Context(World w) {}

	/** The application, which is another object than the activity. */
	private static final Context application = new Context();

	public Context getApplicationContext() {
		World.call("Context.getApplicationContext");
		return application;
	}

	public Object getSystemService(String name) {
		World.call("Context.getSystemService " + name);
		if (World.missing.contains(name)) {
			return null;
		}
		switch (name) {
		case WIFI_SERVICE:
			return new android.net.wifi.WifiManager((World) null);
		case POWER_SERVICE:
			return new android.os.PowerManager((World) null);
		case NOTIFICATION_SERVICE:
			return new android.app.NotificationManager((World) null);
		case ACTIVITY_SERVICE:
			return new android.app.ActivityManager((World) null);
		}
		return null;
	}

	public ContentResolver getContentResolver() {
		World.call("Context.getContentResolver");
		return new ContentResolver();
	}

	public android.content.pm.PackageManager getPackageManager() {
		World.call("Context.getPackageManager");
		return new android.content.pm.PackageManager((World) null);
	}

	public String getPackageName() {
		World.call("Context.getPackageName");
		return "app.earshot.messenger";
	}

	public void startActivity(Intent intent) {
		World.call("Context.startActivity");
		World.started = intent;
	}
}
