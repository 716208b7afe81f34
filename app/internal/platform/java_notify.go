//go:build android || jnitest

package platform

// notificationID is the number of each of our notifications; they differ in
// their tags.
const notificationID int32 = 1

// firstChannels is the API level from which notifications have channels.
const firstChannels = 26

func (p *phone) createChannel(c Channel) error {
	return work(func(e *env) error {
		if e.sdk < firstChannels {
			return nil
		}
		manager, err := e.service("NOTIFICATION_SERVICE")
		if err != nil {
			return err
		}
		key := "IMPORTANCE_HIGH"
		if c.Quiet {
			key = "IMPORTANCE_LOW"
		}
		importance, err := e.number(key)
		if err != nil {
			return err
		}
		channel, err := e.get("NotificationChannel", 0, c.ID, c.Name, importance)
		if err != nil {
			return err
		}
		return e.call("NotificationManager.createNotificationChannel", manager, channel)
	})
}

func (p *phone) notify(n Notification, action string) error {
	return work(func(e *env) error {
		manager, err := e.service("NOTIFICATION_SERVICE")
		if err != nil {
			return err
		}
		tap, err := tapIntent(e, action)
		if err != nil {
			return err
		}
		built, err := build(e, n, tap)
		if err != nil {
			return err
		}
		return e.call("NotificationManager.notify", manager, n.Conversation, notificationID, built)
	})
}

// tapIntent is what a tap on a notification sends: the intent that the launcher
// starts the app with, under the given action.
func tapIntent(e *env, action string) (object, error) {
	packages, err := e.get("Context.getPackageManager", e.context)
	if err != nil {
		return 0, err
	}
	name, err := e.get("Context.getPackageName", e.context)
	if err != nil {
		return 0, err
	}
	intent, err := e.get("PackageManager.getLaunchIntentForPackage", packages, name)
	if err != nil {
		return 0, err
	}
	if err := e.call("Intent.setAction", intent, action); err != nil {
		return 0, err
	}
	flags, err := e.number("FLAG_ONE_SHOT")
	if err != nil {
		return 0, err
	}
	if e.sdk >= members["FLAG_IMMUTABLE"].api {
		immutable, err := e.number("FLAG_IMMUTABLE")
		if err != nil {
			return 0, err
		}
		flags |= immutable
	}
	return e.get("PendingIntent.getActivity", 0, e.context, int32(0), intent, flags)
}

// build makes the notification itself.
func build(e *env, n Notification, tap object) (object, error) {
	var builder object
	var err error
	if e.sdk < firstChannels {
		builder, err = e.get("Builder without channel", 0, e.context)
	} else {
		builder, err = e.get("Builder", 0, e.context, n.Channel)
	}
	if err != nil {
		return 0, err
	}
	icon, err := e.number("stat_notify_chat")
	if err != nil {
		return 0, err
	}
	for _, set := range []struct {
		key string
		to  any
	}{
		{"Builder.setContentTitle", n.Title},
		{"Builder.setContentText", n.Text},
		{"Builder.setSmallIcon", icon},
		{"Builder.setContentIntent", tap},
		{"Builder.setAutoCancel", true},
		{"Builder.setNumber", int32(n.Count)},
	} {
		if err := e.call(set.key, builder, set.to); err != nil {
			return 0, err
		}
	}
	return e.get("Builder.build", builder)
}

func (p *phone) dismiss(tag string) error {
	return work(func(e *env) error {
		manager, err := e.service("NOTIFICATION_SERVICE")
		if err != nil {
			return err
		}
		return e.call("NotificationManager.cancel", manager, tag, notificationID)
	})
}

// intents looks at the tasks of the app first and then at the intent of the
// activity, which stays that of its start. A failure of the one does not hide
// the other.
func (p *phone) intents() (found []intent, err error) {
	err = workOnActivity(func(e *env, activity object) error {
		var tasksErr error
		found, tasksErr = taskIntents(e)
		start, err := startIntent(e, activity)
		if err != nil {
			return err
		}
		found = append(found, start...)
		return tasksErr
	})
	return found, err
}

// startIntent is the intent that made the activity, if there is one.
func startIntent(e *env, activity object) ([]intent, error) {
	if ok, err := e.is(activity, "Activity"); err != nil || !ok {
		return nil, err
	}
	o, err := e.find("Activity.getIntent", activity)
	if err != nil || o == 0 {
		return nil, err
	}
	i, err := readIntent(e, o)
	return []intent{i}, err
}

func readIntent(e *env, o object) (i intent, err error) {
	if i.action, err = e.text("Intent.getAction", o); err == nil {
		i.data, err = e.text("Intent.getDataString", o)
	}
	return i, err
}

// maxTasks is how many tasks of the app are looked at; it makes only one.
const maxTasks = 4

// taskIntents are the base intents of the app's tasks.
func taskIntents(e *env) ([]intent, error) {
	manager, err := e.service("ACTIVITY_SERVICE")
	if err != nil {
		return nil, err
	}
	tasks, err := e.get("ActivityManager.getAppTasks", manager)
	if err != nil {
		return nil, err
	}
	n, err := e.number("List.size", tasks)
	if err != nil {
		return nil, err
	}
	var found []intent
	for k := range min(n, maxTasks) {
		task, err := e.get("List.get", tasks, k)
		if err != nil {
			return found, err
		}
		info, err := e.find("AppTask.getTaskInfo", task)
		if err != nil || info == 0 {
			return found, err
		}
		o, err := e.find("RecentTaskInfo.baseIntent", info)
		if err != nil || o == 0 {
			return found, err
		}
		i, err := readIntent(e, o)
		if err != nil {
			return found, err
		}
		found = append(found, i)
	}
	return found, nil
}
