//go:build android || jnitest

#include <jni.h>

#include "primitives.h"

// The longest list of arguments of the methods in members.go, and then some.
enum { MAX_ARGUMENTS = 8 };

#define ENV ((JNIEnv *)env)
#define CALL(function, ...) (*ENV)->function(ENV, __VA_ARGS__)

uintptr_t ear_find_class(uintptr_t env, const char *name) { return (uintptr_t)CALL(FindClass, name); }

uintptr_t ear_find_method(uintptr_t env, uintptr_t class, const char *name, const char *signature, int reach) {
	return reach == EAR_OF_CLASS ? (uintptr_t)CALL(GetStaticMethodID, (jclass)class, name, signature)
	                         : (uintptr_t)CALL(GetMethodID, (jclass)class, name, signature);
}

uintptr_t ear_find_field(uintptr_t env, uintptr_t class, const char *name, const char *signature, int reach) {
	return reach == EAR_OF_CLASS ? (uintptr_t)CALL(GetStaticFieldID, (jclass)class, name, signature)
	                         : (uintptr_t)CALL(GetFieldID, (jclass)class, name, signature);
}

static void unpack(jvalue *to, const char *kinds, const uint64_t *args) {
	for (int n = 0; kinds[n] && n < MAX_ARGUMENTS; n++) {
		switch (kinds[n]) {
		case 'Z': to[n].z = args[n] != 0; break;
		case 'I': to[n].i = (jint)args[n]; break;
		case 'J': to[n].j = (jlong)args[n]; break;
		default: to[n].l = (jobject)(uintptr_t)args[n]; break;
		}
	}
}

uint64_t ear_call_method(uintptr_t env, uintptr_t target, uintptr_t member, int reach,
	char result, const char *kinds, const uint64_t *args) {
	jvalue a[MAX_ARGUMENTS] = {{0}};
	jmethodID m = (jmethodID)member;
	unpack(a, kinds, args);
	switch (reach) {
	case EAR_CONSTRUCTOR:
		return (uintptr_t)CALL(NewObjectA, (jclass)target, m, a);
	case EAR_OF_CLASS:
		switch (result) {
		case 'V': CALL(CallStaticVoidMethodA, (jclass)target, m, a); return 0;
		case 'Z': return CALL(CallStaticBooleanMethodA, (jclass)target, m, a);
		case 'I': return (uint64_t)CALL(CallStaticIntMethodA, (jclass)target, m, a);
		}
		return (uintptr_t)CALL(CallStaticObjectMethodA, (jclass)target, m, a);
	}
	switch (result) {
	case 'V': CALL(CallVoidMethodA, (jobject)target, m, a); return 0;
	case 'Z': return CALL(CallBooleanMethodA, (jobject)target, m, a);
	case 'I': return (uint64_t)CALL(CallIntMethodA, (jobject)target, m, a);
	}
	return (uintptr_t)CALL(CallObjectMethodA, (jobject)target, m, a);
}

uint64_t ear_get_field(uintptr_t env, uintptr_t target, uintptr_t member, int reach, char result) {
	jfieldID f = (jfieldID)member;
	if (reach == EAR_OF_CLASS) {
		return result == 'I' ? (uint64_t)CALL(GetStaticIntField, (jclass)target, f)
		                     : (uint64_t)(uintptr_t)CALL(GetStaticObjectField, (jclass)target, f);
	}
	return result == 'I' ? (uint64_t)CALL(GetIntField, (jobject)target, f)
	                     : (uint64_t)(uintptr_t)CALL(GetObjectField, (jobject)target, f);
}

uintptr_t ear_take_exception(uintptr_t env) {
	jthrowable t = (*ENV)->ExceptionOccurred(ENV);
	if (t != NULL) {
		(*ENV)->ExceptionClear(ENV);
	}
	return (uintptr_t)t;
}

int ear_is_instance(uintptr_t env, uintptr_t object, uintptr_t class) {
	return CALL(IsInstanceOf, (jobject)object, (jclass)class);
}

uintptr_t ear_new_text(uintptr_t env, const uint16_t *units, size_t n) {
	static const jchar none[1];
	return (uintptr_t)CALL(NewString, n == 0 ? none : (const jchar *)units, (jsize)n);
}

size_t ear_text_length(uintptr_t env, uintptr_t object) { return (size_t)CALL(GetStringLength, (jstring)object); }

void ear_read_text(uintptr_t env, uintptr_t object, uint16_t *units, size_t n) {
	CALL(GetStringRegion, (jstring)object, 0, (jsize)n, (jchar *)units);
}

uintptr_t ear_new_bytes(uintptr_t env, size_t n) { return (uintptr_t)CALL(NewByteArray, (jsize)n); }

void ear_write_bytes(uintptr_t env, uintptr_t object, const void *data, size_t n) {
	CALL(SetByteArrayRegion, (jbyteArray)object, 0, (jsize)n, (const jbyte *)data);
}

uintptr_t ear_hold(uintptr_t env, uintptr_t object) { return (uintptr_t)CALL(NewLocalRef, (jobject)object); }

uintptr_t ear_keep(uintptr_t env, uintptr_t object) { return (uintptr_t)CALL(NewGlobalRef, (jobject)object); }

void ear_unkeep(uintptr_t env, uintptr_t object) { CALL(DeleteGlobalRef, (jobject)object); }

void ear_drop(uintptr_t env, uintptr_t object) { CALL(DeleteLocalRef, (jobject)object); }

int ear_open_frame(uintptr_t env, int references) { return CALL(PushLocalFrame, references); }

void ear_close_frame(uintptr_t env) { CALL(PopLocalFrame, NULL); }
