package android.content;

import fake.World;
import java.util.HashMap;
import java.util.Map;

public class Intent {
	public static final String ACTION_SEND = "android.intent.action.SEND";
	public static final String EXTRA_TEXT = "android.intent.extra.TEXT";

	String action, data, type, packageName;
	Intent target;
	final Map<String, String> extras = new HashMap<>();

	public Intent(String action) {
		World.call("Intent");
		this.action = action;
	}

	public static Intent createChooser(Intent target, CharSequence title) {
		World.call("Intent.createChooser");
		Intent i = new Intent((World) null, "android.intent.action.CHOOSER");
		i.target = target;
		return i;
	}

	public Intent setAction(String action) {
		World.call("Intent.setAction");
		this.action = action;
		return this;
	}

	public String getAction() {
		World.call("Intent.getAction");
		return action;
	}

	public String getDataString() {
		World.call("Intent.getDataString");
		return data;
	}

	public Intent setType(String type) {
		World.call("Intent.setType");
		this.type = type;
		return this;
	}

	public Intent putExtra(String name, String value) {
		World.call("Intent.putExtra");
		extras.put(name, value);
		return this;
	}

	public Intent(World w, String action) {
		this.action = action;
	}

	/** Opening an address. */
	public Intent(World w, String action, String data) {
		this(w, action);
		this.data = data;
	}

	public String see(World w) {
		return action + "|" + type + "|" + extras + "|" + packageName + (target == null ? "" : "|" + target.see(w));
	}

	public void launch(World w, String packageName) {
		this.packageName = packageName;
	}
}
