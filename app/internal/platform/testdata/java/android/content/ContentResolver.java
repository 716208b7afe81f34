package android.content;

import android.net.Uri;
import android.provider.MediaStore;
import fake.World;
import java.io.IOException;
import java.io.OutputStream;

public class ContentResolver {
	ContentResolver() {}

	public Uri insert(Uri collection, ContentValues values) {
		World.call("ContentResolver.insert");
		if (World.missing.contains("insert") || collection != MediaStore.Downloads.EXTERNAL_CONTENT_URI) {
			return null;
		}
		String at = "content://downloads/" + World.nextFile.getAndIncrement();
		World.files.put(at, new World.File());
		apply(at, values);
		return new Uri((World) null, at);
	}

	public int update(Uri uri, ContentValues values, String where, String[] args) {
		World.call("ContentResolver.update");
		return apply(uri.see(null), values);
	}

	public int delete(Uri uri, String where, String[] args) {
		World.call("ContentResolver.delete");
		return World.files.remove(uri.see(null)) == null ? 0 : 1;
	}

	private static int apply(String at, ContentValues values) {
		World.File f = World.files.get(at);
		if (f == null || World.missing.contains("row")) {
			return 0;
		}
		f.name = (String) values.values.getOrDefault("_display_name", f.name);
		f.mediaType = (String) values.values.getOrDefault("mime_type", f.mediaType);
		f.pending = (Integer) values.values.getOrDefault("is_pending", f.pending);
		return 1;
	}

	public OutputStream openOutputStream(Uri uri) throws java.io.FileNotFoundException {
		World.call("ContentResolver.openOutputStream");
		World.File f = World.files.get(uri.see(null));
		return World.missing.contains("stream") ? null : new OutputStream() {
			@Override
			public void write(int b) throws IOException {
				throw new IOException("not a byte at a time");
			}

			@Override
			public void write(byte[] b, int off, int len) throws IOException {
				World.call("OutputStream.write");
				f.data.write(b, off, len);
			}

			@Override
			public void close() throws IOException {
				World.call("OutputStream.close");
				f.closed = true;
			}
		};
	}
}
