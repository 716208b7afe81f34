package android.app;

import android.content.Context;
import android.content.Intent;
import fake.World;

public final class PendingIntent {
	public static final int FLAG_ONE_SHOT = 1 << 30;
	public static final int FLAG_IMMUTABLE = 1 << 26;

	private Intent intent;
	private int flags;

	PendingIntent() {}

	public static PendingIntent getActivity(Context context, int request, Intent intent, int flags) {
		World.call("PendingIntent.getActivity");
		PendingIntent p = new PendingIntent();
		p.intent = intent;
		p.flags = flags;
		return p;
	}

	public Intent intent(World w) {
		return intent;
	}

	public int flags(World w) {
		return flags;
	}
}
