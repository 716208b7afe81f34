package android.net;

import fake.World;

public class Uri {
	private final String text;

	public Uri(World w, String text) {
		this.text = text;
	}

	public String see(World w) {
		return text;
	}
}
