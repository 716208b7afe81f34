package android.content.pm;

import android.content.Intent;
import fake.World;

public class PackageManager {
	public PackageManager(World w) {}

	public Intent getLaunchIntentForPackage(String packageName) {
		World.call("PackageManager.getLaunchIntentForPackage");
		if (World.missing.contains("launch intent")) {
			return null;
		}
		Intent i = new Intent((World) null, "android.intent.action.MAIN");
		i.launch(null, packageName);
		return i;
	}
}
