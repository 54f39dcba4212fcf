//! The Ruby object that holds a [`Handle`]: `TaskerCore::Native::Engine`.
//!
//! There is no way from Ruby to make, copy or load one but `TaskerCore::Native.open`.

#![expect(unsafe_code, reason = "wrapping a Rust value takes C functions")]

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    ptr,
    sync::atomic::{AtomicUsize, Ordering},
};

use rutie::rubysys::{
    class::{rb_define_class_under, rb_undef_alloc_func},
    gc::rb_gc_register_mark_object,
    rb_cObject,
    typed_data::{
        RUBY_TYPED_FREE_IMMEDIATELY, RbDataType, RbDataTypeFunction, rb_check_typeddata,
        rb_data_typed_object_wrap, rb_typeddata_is_kind_of,
    },
    types::{Value, c_void, size_t},
};
use tasker_coordinator::Handle;

use crate::{arguments::wrong_type, process, protect::protect, stop::Stop};

/// What the Ruby object holds.
struct Held {
    handle: Handle,
    process: u32,
}

static TYPE: RbDataType = RbDataType {
    wrap_struct_name: c"TaskerCore::Native::Engine".as_ptr(),
    function: RbDataTypeFunction {
        dmark: None,
        dfree: Some(free),
        dsize: Some(size),
        reserved: [ptr::null_mut(); 2],
    },
    parent: ptr::null(),
    data: ptr::null_mut(),
    flags: Value {
        value: RUBY_TYPED_FREE_IMMEDIATELY,
    },
};

/// The class, which Ruby is told to keep; 0 before [`define`].
static CLASS: AtomicUsize = AtomicUsize::new(0);

/// Defines the class, without a way to make an object of it.
pub fn define(native: Value) -> Value {
    // SAFETY: called while Ruby loads the library, with the GVL, and this frame holds nothing that needs a drop.
    unsafe {
        let class = rb_define_class_under(native, c"Engine".as_ptr(), rb_cObject);
        rb_undef_alloc_func(class);
        rb_gc_register_mark_object(class);
        CLASS.store(class.value, Ordering::Release);
        class
    }
}

/// Wraps the handle in a new object, and hands that to `answer`, all inside one `protect`.
pub fn wrap(handle: Handle, answer: impl Fn(Value) -> Value + Copy) -> Result<Value, Stop> {
    let held = Box::into_raw(Box::new(Held {
        handle,
        process: process::noted(),
    }));
    let wrapped = std::cell::Cell::new(false);
    let done = &wrapped;
    let result = protect(|| {
        let class = Value::from(CLASS.load(Ordering::Acquire));
        // SAFETY: the class has no allocator of its own, the type outlives the process, and `held` is a live box.
        let object = unsafe { rb_data_typed_object_wrap(class, held.cast(), &raw const TYPE) };
        done.set(true);
        answer(object)
    });
    if !wrapped.get() {
        // SAFETY: no object has come to own the box.
        drop(unsafe { Box::from_raw(held) });
    }
    result
}

/// The handle in an object; a failure if it was opened before a fork.
pub fn handle<'a>(object: Value) -> Result<&'a Handle, Stop> {
    let held = held(object)?;
    if held.process == process::noted() {
        Ok(&held.handle)
    } else {
        Err(process::forked(held.process).into())
    }
}

/// Reads the object. It stays reachable while the method runs, as its receiver, and so does what it holds.
fn held<'a>(object: Value) -> Result<&'a Held, Stop> {
    // SAFETY: takes any object, and raises nothing.
    if unsafe { rb_typeddata_is_kind_of(object, &raw const TYPE) } == 0 {
        return Err(wrong_type("self", "a TaskerCore::Native::Engine", object));
    }
    // SAFETY: of this type, checked above, so that it doesn't raise; the pointer is the one that `wrap` stored.
    Ok(unsafe { &*rb_check_typeddata(object, &raw const TYPE).cast::<Held>() })
}

extern "C" fn free(held: *mut c_void) {
    // A panic has nowhere to go from here: the GC calls this.
    let _ = catch_unwind(AssertUnwindSafe(|| {
        // SAFETY: the box that `wrap` stored; Ruby frees an object once.
        let held = unsafe { Box::from_raw(held.cast::<Held>()) };
        if held.process != std::process::id() {
            // The threads behind it belong to another process: there is nobody to tell, and its locks may be held.
            mem::forget(held);
        }
    }));
}

extern "C" fn size(_held: *const c_void) -> size_t {
    mem::size_of::<Held>()
}
