package android.app;

import android.content.Intent;
import fake.World;
import java.util.ArrayList;
import java.util.List;

public class ActivityManager {
	public ActivityManager(World w) {}

	public List<AppTask> getAppTasks() {
		World.call("ActivityManager.getAppTasks");
		List<AppTask> tasks = new ArrayList<>();
		for (Intent i : World.baseIntents) {
			tasks.add(new AppTask(i));
		}
		return tasks;
	}

	public static class AppTask {
		private final Intent base;

		AppTask(Intent base) {
			this.base = base;
		}

		public RecentTaskInfo getTaskInfo() {
			World.call("AppTask.getTaskInfo");
			RecentTaskInfo info = new RecentTaskInfo();
			info.baseIntent = base;
			return info;
		}
	}

	public static class RecentTaskInfo {
		RecentTaskInfo() {}

		public Intent baseIntent;
	}
}
