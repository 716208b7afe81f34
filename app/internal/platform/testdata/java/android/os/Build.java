package android.os;

public class Build {
	Build() {}

	public static final String MODEL = model();

	private static String model() {
		return "Model \u00e4";
	}

	public static class VERSION {
		VERSION() {}

		public static int SDK_INT = 34;
	}
}
