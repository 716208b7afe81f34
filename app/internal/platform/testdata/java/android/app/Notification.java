package android.app;

import android.content.Context;
import fake.World;

public class Notification {
	Notification() {}

	private Builder from;

	/** What a person sees, and what a tap sends. */
	public String see(World w) {
		return from.channel + "|" + from.title + "|" + from.text + "|" + from.icon + "|" + from.autoCancel + (from.number == 0 ? "" : "|" + from.number);
	}

	public PendingIntent tap(World w) {
		return from.tap;
	}

	public static class Builder {
		private final String channel;
		private CharSequence title, text;
		private int icon, number;
		private boolean autoCancel;
		private PendingIntent tap;

		public Builder(Context context, String channel) {
			World.call("Builder");
			this.channel = channel;
		}

		public Builder(Context context) {
			World.call("Builder without channel");
			channel = null;
		}

		public Builder setContentTitle(CharSequence title) {
			World.call("Builder.setContentTitle");
			this.title = title;
			return this;
		}

		public Builder setContentText(CharSequence text) {
			World.call("Builder.setContentText");
			this.text = text;
			return this;
		}

		public Builder setSmallIcon(int icon) {
			World.call("Builder.setSmallIcon");
			this.icon = icon;
			return this;
		}

		public Builder setContentIntent(PendingIntent tap) {
			World.call("Builder.setContentIntent");
			this.tap = tap;
			return this;
		}

		public Builder setAutoCancel(boolean on) {
			World.call("Builder.setAutoCancel");
			autoCancel = on;
			return this;
		}

		public Builder setNumber(int number) {
			World.call("Builder.setNumber");
			this.number = number;
			return this;
		}

		public Notification build() {
			World.call("Builder.build");
			Notification n = new Notification();
			n.from = this;
			return n;
		}
	}
}
