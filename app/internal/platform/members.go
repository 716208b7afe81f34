package platform

import "strings"

// kind says what a member is and how it is reached.
type kind int

const (
	method      kind = iota // of an object
	function                // static
	constructor             // its name is <init>
	field                   // of an object
	constant                // a static field
	class                   // no member, the class itself
)

// member is a row of the table: one method, field or class of Java, and since
// which version of Android it is there.
type member struct {
	kind kind
	// class is its full name, with slashes, and a dollar sign before an inner one.
	class string
	// name and signature are those of the Java machine; empty for a class.
	name, signature string
	// api is the first API level (the number of an Android version) that has it.
	api int
}

// members is the one table of what is used of Java. The code names a row by
// its key, the constants that Android gives a meaning are read from Android
// and not written here, and a call of what the phone is too old for is refused
// before it is made. The page behind a row is
//
//	https://developer.android.com/reference/CLASS#NAME
//
// with a dot in place of the dollar sign; it also shows the API level.
var members = map[string]member{
	"Throwable.toString": {method, "java/lang/Throwable", "toString", "()Ljava/lang/String;", 1},
	"SecurityException":  {class, "java/lang/SecurityException", "", "", 1},
	"Integer.valueOf":    {function, "java/lang/Integer", "valueOf", "(I)Ljava/lang/Integer;", 1},
	"List.size":          {method, "java/util/List", "size", "()I", 1},
	"List.get":           {method, "java/util/List", "get", "(I)Ljava/lang/Object;", 1},
	"OutputStream.write": {method, "java/io/OutputStream", "write", "([BII)V", 1},
	"OutputStream.close": {method, "java/io/OutputStream", "close", "()V", 1},

	"SDK_INT": {constant, "android/os/Build$VERSION", "SDK_INT", "I", 4},
	"MODEL":   {constant, "android/os/Build", "MODEL", "Ljava/lang/String;", 1},

	"Context.getApplicationContext": {method, "android/content/Context", "getApplicationContext", "()Landroid/content/Context;", 1},
	"Context.getSystemService":      {method, "android/content/Context", "getSystemService", "(Ljava/lang/String;)Ljava/lang/Object;", 1},
	"Context.getContentResolver":    {method, "android/content/Context", "getContentResolver", "()Landroid/content/ContentResolver;", 1},
	"Context.getPackageManager":     {method, "android/content/Context", "getPackageManager", "()Landroid/content/pm/PackageManager;", 1},
	"Context.getPackageName":        {method, "android/content/Context", "getPackageName", "()Ljava/lang/String;", 1},
	"Context.startActivity":         {method, "android/content/Context", "startActivity", "(Landroid/content/Intent;)V", 1},
	"WIFI_SERVICE":                  {constant, "android/content/Context", "WIFI_SERVICE", "Ljava/lang/String;", 1},
	"POWER_SERVICE":                 {constant, "android/content/Context", "POWER_SERVICE", "Ljava/lang/String;", 1},
	"NOTIFICATION_SERVICE":          {constant, "android/content/Context", "NOTIFICATION_SERVICE", "Ljava/lang/String;", 1},
	"ACTIVITY_SERVICE":              {constant, "android/content/Context", "ACTIVITY_SERVICE", "Ljava/lang/String;", 1},

	"WifiManager.createMulticastLock":   {method, "android/net/wifi/WifiManager", "createMulticastLock", "(Ljava/lang/String;)Landroid/net/wifi/WifiManager$MulticastLock;", 4},
	"MulticastLock.setReferenceCounted": {method, "android/net/wifi/WifiManager$MulticastLock", "setReferenceCounted", "(Z)V", 4},
	"MulticastLock.acquire":             {method, "android/net/wifi/WifiManager$MulticastLock", "acquire", "()V", 4},
	"MulticastLock.release":             {method, "android/net/wifi/WifiManager$MulticastLock", "release", "()V", 4},
	// From Android 14 on this mode counts as WIFI_MODE_FULL_LOW_LATENCY, which
	// works while the app is in front.
	"WIFI_MODE_FULL_HIGH_PERF":     {constant, "android/net/wifi/WifiManager", "WIFI_MODE_FULL_HIGH_PERF", "I", 12},
	"WifiManager.createWifiLock":   {method, "android/net/wifi/WifiManager", "createWifiLock", "(ILjava/lang/String;)Landroid/net/wifi/WifiManager$WifiLock;", 3},
	"WifiLock.setReferenceCounted": {method, "android/net/wifi/WifiManager$WifiLock", "setReferenceCounted", "(Z)V", 1},
	"WifiLock.acquire":             {method, "android/net/wifi/WifiManager$WifiLock", "acquire", "()V", 1},
	"WifiLock.release":             {method, "android/net/wifi/WifiManager$WifiLock", "release", "()V", 1},
	"PARTIAL_WAKE_LOCK":            {constant, "android/os/PowerManager", "PARTIAL_WAKE_LOCK", "I", 1},
	"PowerManager.newWakeLock":     {method, "android/os/PowerManager", "newWakeLock", "(ILjava/lang/String;)Landroid/os/PowerManager$WakeLock;", 1},
	"WakeLock.setReferenceCounted": {method, "android/os/PowerManager$WakeLock", "setReferenceCounted", "(Z)V", 1},
	"WakeLock.acquire":             {method, "android/os/PowerManager$WakeLock", "acquire", "(J)V", 1},
	"WakeLock.release":             {method, "android/os/PowerManager$WakeLock", "release", "()V", 1},

	"DEVICE_NAME":      {constant, "android/provider/Settings$Global", "DEVICE_NAME", "Ljava/lang/String;", 25},
	"Global.getString": {function, "android/provider/Settings$Global", "getString", "(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;", 17},

	"NotificationChannel": {constructor, "android/app/NotificationChannel", "<init>", "(Ljava/lang/String;Ljava/lang/CharSequence;I)V", 26},
	"IMPORTANCE_HIGH":     {constant, "android/app/NotificationManager", "IMPORTANCE_HIGH", "I", 24},
	"IMPORTANCE_LOW":      {constant, "android/app/NotificationManager", "IMPORTANCE_LOW", "I", 24},
	"NotificationManager.createNotificationChannel": {method, "android/app/NotificationManager", "createNotificationChannel", "(Landroid/app/NotificationChannel;)V", 26},
	"NotificationManager.notify":                    {method, "android/app/NotificationManager", "notify", "(Ljava/lang/String;ILandroid/app/Notification;)V", 5},
	"NotificationManager.cancel":                    {method, "android/app/NotificationManager", "cancel", "(Ljava/lang/String;I)V", 5},
	"Builder":                                       {constructor, "android/app/Notification$Builder", "<init>", "(Landroid/content/Context;Ljava/lang/String;)V", 26},
	"Builder without channel":                       {constructor, "android/app/Notification$Builder", "<init>", "(Landroid/content/Context;)V", 11},
	"Builder.setContentTitle":                       {method, "android/app/Notification$Builder", "setContentTitle", "(Ljava/lang/CharSequence;)Landroid/app/Notification$Builder;", 11},
	"Builder.setContentText":                        {method, "android/app/Notification$Builder", "setContentText", "(Ljava/lang/CharSequence;)Landroid/app/Notification$Builder;", 11},
	"Builder.setSmallIcon":                          {method, "android/app/Notification$Builder", "setSmallIcon", "(I)Landroid/app/Notification$Builder;", 11},
	"Builder.setContentIntent":                      {method, "android/app/Notification$Builder", "setContentIntent", "(Landroid/app/PendingIntent;)Landroid/app/Notification$Builder;", 11},
	"Builder.setAutoCancel":                         {method, "android/app/Notification$Builder", "setAutoCancel", "(Z)Landroid/app/Notification$Builder;", 11},
	"Builder.setNumber":                             {method, "android/app/Notification$Builder", "setNumber", "(I)Landroid/app/Notification$Builder;", 11},
	"Builder.build":                                 {method, "android/app/Notification$Builder", "build", "()Landroid/app/Notification;", 16},
	"stat_notify_chat":                              {constant, "android/R$drawable", "stat_notify_chat", "I", 1},
	"FLAG_ONE_SHOT":                                 {constant, "android/app/PendingIntent", "FLAG_ONE_SHOT", "I", 1},
	"FLAG_IMMUTABLE":                                {constant, "android/app/PendingIntent", "FLAG_IMMUTABLE", "I", 23},
	"PendingIntent.getActivity":                     {function, "android/app/PendingIntent", "getActivity", "(Landroid/content/Context;ILandroid/content/Intent;I)Landroid/app/PendingIntent;", 1},

	"PackageManager.getLaunchIntentForPackage": {method, "android/content/pm/PackageManager", "getLaunchIntentForPackage", "(Ljava/lang/String;)Landroid/content/Intent;", 3},
	"Intent":               {constructor, "android/content/Intent", "<init>", "(Ljava/lang/String;)V", 1},
	"Intent.setAction":     {method, "android/content/Intent", "setAction", "(Ljava/lang/String;)Landroid/content/Intent;", 1},
	"Intent.getAction":     {method, "android/content/Intent", "getAction", "()Ljava/lang/String;", 1},
	"Intent.getDataString": {method, "android/content/Intent", "getDataString", "()Ljava/lang/String;", 1},
	"Intent.setType":       {method, "android/content/Intent", "setType", "(Ljava/lang/String;)Landroid/content/Intent;", 1},
	"Intent.putExtra":      {method, "android/content/Intent", "putExtra", "(Ljava/lang/String;Ljava/lang/String;)Landroid/content/Intent;", 1},
	"Intent.createChooser": {function, "android/content/Intent", "createChooser", "(Landroid/content/Intent;Ljava/lang/CharSequence;)Landroid/content/Intent;", 1},
	"ACTION_SEND":          {constant, "android/content/Intent", "ACTION_SEND", "Ljava/lang/String;", 1},
	"EXTRA_TEXT":           {constant, "android/content/Intent", "EXTRA_TEXT", "Ljava/lang/String;", 1},

	"Activity":                    {class, "android/app/Activity", "", "", 1},
	"Activity.getIntent":          {method, "android/app/Activity", "getIntent", "()Landroid/content/Intent;", 1},
	"ActivityManager.getAppTasks": {method, "android/app/ActivityManager", "getAppTasks", "()Ljava/util/List;", 21},
	"AppTask.getTaskInfo":         {method, "android/app/ActivityManager$AppTask", "getTaskInfo", "()Landroid/app/ActivityManager$RecentTaskInfo;", 21},
	"RecentTaskInfo.baseIntent":   {field, "android/app/ActivityManager$RecentTaskInfo", "baseIntent", "Landroid/content/Intent;", 1},

	"ContentResolver.insert":           {method, "android/content/ContentResolver", "insert", "(Landroid/net/Uri;Landroid/content/ContentValues;)Landroid/net/Uri;", 1},
	"ContentResolver.update":           {method, "android/content/ContentResolver", "update", "(Landroid/net/Uri;Landroid/content/ContentValues;Ljava/lang/String;[Ljava/lang/String;)I", 1},
	"ContentResolver.delete":           {method, "android/content/ContentResolver", "delete", "(Landroid/net/Uri;Ljava/lang/String;[Ljava/lang/String;)I", 1},
	"ContentResolver.openOutputStream": {method, "android/content/ContentResolver", "openOutputStream", "(Landroid/net/Uri;)Ljava/io/OutputStream;", 1},
	"ContentValues":                    {constructor, "android/content/ContentValues", "<init>", "()V", 1},
	"ContentValues.put(String)":        {method, "android/content/ContentValues", "put", "(Ljava/lang/String;Ljava/lang/String;)V", 1},
	"ContentValues.put(Integer)":       {method, "android/content/ContentValues", "put", "(Ljava/lang/String;Ljava/lang/Integer;)V", 1},
	"Downloads.EXTERNAL_CONTENT_URI":   {constant, "android/provider/MediaStore$Downloads", "EXTERNAL_CONTENT_URI", "Landroid/net/Uri;", 29},
	"DISPLAY_NAME":                     {constant, "android/provider/MediaStore$MediaColumns", "DISPLAY_NAME", "Ljava/lang/String;", 1},
	"MIME_TYPE":                        {constant, "android/provider/MediaStore$MediaColumns", "MIME_TYPE", "Ljava/lang/String;", 1},
	"IS_PENDING":                       {constant, "android/provider/MediaStore$MediaColumns", "IS_PENDING", "Ljava/lang/String;", 29},
}

// kinds splits the signature of a method into one letter for each argument and
// one for the result: the primitive type, or L for any reference.
func (m member) kinds() (args string, result byte) {
	list, out, _ := strings.Cut(strings.TrimPrefix(m.signature, "("), ")")
	var b strings.Builder
	for list != "" {
		rest := strings.TrimLeft(list, "[")
		array := len(rest) < len(list)
		size := 1
		if rest[0] == 'L' {
			size = strings.IndexByte(rest, ';') + 1
		}
		letter := rest[0]
		if array {
			letter = 'L'
		}
		b.WriteByte(letter)
		list = rest[size:]
	}
	return b.String(), typeLetter(out)
}

// typeLetter is the letter of one type.
func typeLetter(t string) byte {
	if t == "" {
		return 0
	}
	if t[0] == '[' {
		return 'L'
	}
	return t[0]
}
