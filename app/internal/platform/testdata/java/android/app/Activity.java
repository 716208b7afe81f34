package android.app;

import android.content.Context;
import android.content.Intent;
import fake.World;

public class Activity extends Context {
	public Activity(World w) {
		super(w);
	}

	public Intent getIntent() {
		World.call("Activity.getIntent");
		return World.activityIntent;
	}
}
