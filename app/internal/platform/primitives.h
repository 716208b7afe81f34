//go:build android || jnitest

// The primitives of JNI that env.go calls, with plain numbers in place of
// pointers: env is a JNIEnv, object a local or global reference, class a local
// reference, member a method or field ID. All are for the thread that env
// belongs to. None may be called while a Java exception is pending, except
// ear_take_exception, and each may leave one; all results are then meaningless.

#include <stddef.h>
#include <stdint.h>

// How a member is reached.
enum { EAR_OF_OBJECT, EAR_OF_CLASS, EAR_CONSTRUCTOR };

uintptr_t ear_find_class(uintptr_t env, const char *name);
uintptr_t ear_find_method(uintptr_t env, uintptr_t class, const char *name, const char *signature, int reach);
uintptr_t ear_find_field(uintptr_t env, uintptr_t class, const char *name, const char *signature, int reach);

// ear_call_method calls a method or constructor. kinds has one letter of a
// signature for each argument ('L' for all references), result the one of the
// result.
uint64_t ear_call_method(uintptr_t env, uintptr_t target, uintptr_t member, int reach,
	char result, const char *kinds, const uint64_t *args);

// ear_get_field reads a field of the kind result.
uint64_t ear_get_field(uintptr_t env, uintptr_t target, uintptr_t member, int reach, char result);

// ear_take_exception returns the pending exception, which is then no more, or 0.
uintptr_t ear_take_exception(uintptr_t env);

int ear_is_instance(uintptr_t env, uintptr_t object, uintptr_t class);

// Text goes as UTF-16: what JNI calls UTF-8 is something else.
uintptr_t ear_new_text(uintptr_t env, const uint16_t *units, size_t n);
size_t ear_text_length(uintptr_t env, uintptr_t object);
void ear_read_text(uintptr_t env, uintptr_t object, uint16_t *units, size_t n);

uintptr_t ear_new_bytes(uintptr_t env, size_t n);
void ear_write_bytes(uintptr_t env, uintptr_t object, const void *data, size_t n);

uintptr_t ear_hold(uintptr_t env, uintptr_t object);   // a local reference to object, or 0
uintptr_t ear_keep(uintptr_t env, uintptr_t object);   // a global reference to object
void ear_unkeep(uintptr_t env, uintptr_t object);      // frees a global reference
void ear_drop(uintptr_t env, uintptr_t object);        // frees a local reference
int ear_open_frame(uintptr_t env, int references);     // 0, or an exception is pending
void ear_close_frame(uintptr_t env);                   // frees all local references since
