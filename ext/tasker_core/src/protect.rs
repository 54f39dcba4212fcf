//! Calls into Ruby that may raise, fenced so that the `longjmp` ends here and not in a Rust frame.

#![expect(
    unsafe_code,
    reason = "rb_protect and rb_jump_tag have no safe wrapper that keeps kill and throw"
)]

use rutie::rubysys::{
    types::{CallbackPtr, Value, c_int, c_void},
    vm,
};

use crate::stop::Stop;

/// Runs `work`, and returns what it returns, or the tag of whatever tried to leave it.
///
/// `W: Copy` proves that `work` captures references and plain values alone, nothing that a `longjmp`
/// would leave undropped. Inside, too, nothing may need a drop, and nothing may panic.
pub fn protect<W>(work: W) -> Result<Value, Stop>
where
    W: Fn() -> Value + Copy,
{
    let mut state: c_int = 0;
    // SAFETY: `trampoline::<W>` is a C function that takes the pointer it is given here as what it is,
    // and `work` outlives the call.
    let value = unsafe {
        vm::rb_protect(
            trampoline::<W> as *const () as CallbackPtr,
            (&raw const work).cast(),
            &raw mut state,
        )
    };
    if state == 0 {
        Ok(value)
    } else {
        Err(Stop::Jump(state))
    }
}

rutie::rutie_callback! {
    fn trampoline<W>(work: *mut c_void) -> Value
    where
        W: Fn() -> Value + Copy,
    {
        // SAFETY: `protect` passes a pointer to its own live `W`.
        let work = unsafe { &*work.cast::<W>() };
        work()
    }
}
