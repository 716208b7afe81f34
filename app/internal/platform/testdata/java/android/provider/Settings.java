package android.provider;

import android.content.ContentResolver;
import fake.World;

public class Settings {
	Settings() {}

	public static final class Global {
		Global() {}

		public static final String DEVICE_NAME = "device_name";

		public static String getString(ContentResolver resolver, String name) {
			World.call("Global.getString");
			return name.equals(DEVICE_NAME) ? World.deviceName : null;
		}
	}
}
