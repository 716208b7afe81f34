package android.content;

import fake.World;
import java.util.HashMap;
import java.util.Map;

public class ContentValues {
	final Map<String, Object> values = new HashMap<>();

	public ContentValues() {
		World.call("ContentValues");
	}

	public void put(String key, String value) {
		World.call("ContentValues.put(String)");
		values.put(key, value);
	}

	public void put(String key, Integer value) {
		World.call("ContentValues.put(Integer)");
		values.put(key, value);
	}
}
