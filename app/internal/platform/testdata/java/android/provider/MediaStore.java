package android.provider;

import android.net.Uri;

public class MediaStore {
	MediaStore() {}

	public interface MediaColumns {
		String DISPLAY_NAME = "_display_name";
		String MIME_TYPE = "mime_type";
		String IS_PENDING = "is_pending";
	}

	public static final class Downloads {
		Downloads() {}

		public static final Uri EXTERNAL_CONTENT_URI = new Uri((fake.World) null, "content://downloads");
	}
}
