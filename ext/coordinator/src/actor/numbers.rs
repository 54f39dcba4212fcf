//! The numbers, for whoever asks.
//!
//! The end of a turn is a message to the actor, sent before the turn's callers are answered. So that one of them finds his
//! turn counted when he asks, the asking goes through the same queue of messages, behind it.

use actix::{AsyncContext, Context, Handler, Message};
use crossbeam_channel::Sender;
use tasker_store::view::Question;

use super::Coordinator;
use crate::envelope::Answer;
use crate::jobs::{Asking, Finish};

/// Somebody asks for the numbers.
struct Numbers(Sender<Answer>);

impl Message for Numbers {
    type Result = ();
}

impl Coordinator {
    /// Puts those who ask behind the turns that have ended.
    pub(super) fn defer_numbers(&mut self, context: &Context<Self>) {
        for reply in self.numbers_asked.drain(..) {
            context.address().do_send(Numbers(reply));
            self.numbers_deferred += 1;
        }
    }
}

impl Handler<Numbers> for Coordinator {
    type Result = ();

    fn handle(&mut self, Numbers(reply): Numbers, _: &mut Context<Self>) {
        self.numbers_deferred -= 1;
        let now = self.clock.now();
        let report = self
            .metrics
            .report(now, self.requests.len(), self.parked.len());
        self.ask(Asking {
            question: Question::Active,
            finish: Finish::Metrics(report),
            reply,
        });
        if self.line.is_closed() {
            self.line.ring();
        }
    }
}
